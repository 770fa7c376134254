#!/usr/bin/python3
"""Invented names of the demonstration: people, providers, Cafs, establishments, streets."""

CAFS = {
    '921': {
        'o': 'Caf des Hauts-de-Seine', 'place': 'Nanterre', 'postal_code': '92000', 'street': "12, allée de l'Estampe",
        'mail': 'partenaires@caf921.example', 'phone': '+33 1 99 00 92 10', 'court': 'Cergy-Pontoise',
    },
    '751': {
        'o': 'Caf de Paris', 'place': 'Paris', 'postal_code': '75015', 'street': '50, rue du Quai-Fleuri',
        'mail': 'partenaires@caf751.example', 'phone': '+33 1 99 00 75 10', 'court': 'Paris',
    },
}

# Key, Caf, name, SIREN, street, postal code, town, legal signatory, title. Days: the convention's effect, before today.
PROVIDERS = [
    {'id': 'F9210001', 'caf': '921', 'o': 'Ville de Villeneuve-la-Garenne', 'siren': '219200789', 'street': '28, avenue de Verdun',
     'postal_code': '92390', 'l': 'Villeneuve-la-Garenne', 'mail': 'petite-enfance@villeneuve-la-garenne.example',
     'signer': 'Aurélien Chassagnac', 'title': 'Maire', 'days': 241, 'agreement': '921-2026-0014'},
    {'id': 'F9210002', 'caf': '921', 'o': 'Association Les Petits Tisserands', 'siren': '999100217', 'street': '7, rue des Filatures',
     'postal_code': '92600', 'l': 'Asnières-sur-Seine', 'mail': 'siege@petits-tisserands.example',
     'signer': 'Clémence Ravaillard', 'title': 'Présidente', 'days': 152, 'agreement': '921-2026-0031'},
    {'id': 'F7510001', 'caf': '751', 'o': 'Association Les Trois Rives', 'siren': '999200413', 'street': '31, quai des Mariniers',
     'postal_code': '75013', 'l': 'Paris', 'mail': 'contact@trois-rives.example',
     'signer': 'Honorine Castelbert', 'title': 'Directrice générale', 'days': 307, 'agreement': '751-2026-0007'},
]

# Providers' agents: uid, first name, name, title, provider, number, what they hold (see tree.py).
AGENTS = [
    ('m.querrien', 'Maëlle', 'Querrien', 'Coordinatrice petite enfance', 'F9210001', '921-4821', 'both'),
    ('s.bellacourt', 'Sofiane', 'Bellacourt', 'Assistant de gestion', 'F9210001', '921-4822', 'places'),
    ('b.corvalan', 'Bastien', 'Corvalan', 'Responsable enfance et familles', 'F9210001', '921-4827', 'rest'),
    ('j.aubertin', 'Jeanne', 'Aubertin', 'Directrice de crèche', 'F9210001', '921-4830', 'first_login'),
    ('n.tramoulet', 'Noémie', 'Tramoulet', 'Directrice des établissements', 'F9210002', '921-4902', 'all'),
    ('y.kerbrandt', 'Yanis', 'Kerbrandt', 'Chargé de communication', 'F9210002', '921-4903', 'listing'),
    ('l.ombreval', 'Lucie', 'Ombreval', 'Directrice petite enfance', 'F7510001', '751-2210', 'all'),
    ('d.fontaubert', 'Driss', 'Fontaubert', 'Assistant de direction', 'F7510001', '751-2214', 'places_third'),
]

# People of a Caf (or None: of the Cnaf): uid, first name, name, title, Caf, number, role, group.
STAFF = [
    ('k.desvallons', 'Karim', 'Desvallons', 'Conseiller partenaires', '921', '921-0107', 'caf_reviewer', 'valideurs'),
    ('i.vautrelle', 'Inès', 'Vautrelle', 'Conseillère partenaires', '921', '921-0112', 'caf_reviewer', 'valideurs'),
    ('o.marchenoir', 'Odile', 'Marchenoir', 'Responsable des partenariats', '921', '921-0101', 'caf_admin', 'administrateurs'),
    ('t.lansquenet', 'Théo', 'Lansquenet', 'Contrôleur interne', '921', '921-0140', 'caf_auditor', 'auditeurs'),
    ('c.malvoisier', 'Camille', 'Malvoisier', 'Conseillère partenaires', '751', '751-0207', 'caf_reviewer', 'valideurs'),
    ('e.soubeyran', 'Elias', 'Soubeyran', 'Responsable des partenariats', '751', '751-0201', 'caf_admin', 'administrateurs'),
    ('p.guivarec', 'Pélagie', 'Guivarec', 'Contrôleuse interne', '751', '751-0240', 'caf_auditor', 'auditeurs'),
    ('a.brissandre', 'Agathe', 'Brissandre', 'Auditrice nationale', None, 'CNAF-0301', 'national_auditor', 'auditeurs'),
    ('r.thevenault', 'Raphaël', 'Thévenault', 'Administrateur national', None, 'CNAF-0300', 'national_admin', 'administrateurs'),
]

# What the convention's annex leaves out: name in full, category, approved places.
ANNEX = {
    'HG LES MOUSSAILLONS': ('HG Les Moussaillons', 'CRECHE_COLLECTIVE', 18),
    'MA AQUARELLE': ('MA Aquarelle', 'MULTI_ACCUEIL', 45),
    'LES RAINETTES': ('Les Rainettes', 'CRECHE_COLLECTIVE', 40),
    'LE CHAT BOTTE': ('Le Chat Botté', 'MULTI_ACCUEIL', 30),
    'LES MOUSSAILLONS': ('Les Moussaillons', 'MULTI_ACCUEIL', 60),
}

NURSERIES = [
    'Les Coquelicots', 'La Ribambelle', 'Les Lucioles', 'Le Petit Navire', 'Les Galets', 'Le Jardin de Lina', 'La Farandole',
    "L'Île aux Câlins", 'Les Hirondelles', 'Pomme de Reinette', 'Les Funambules', 'La Marelle', 'Le Cerf-Volant', 'Les Écureuils',
    'Boule de Gomme', 'Les P’tits Loups', 'La Cabane à Histoires', 'Les Mirabelles', 'Le Moulin Bleu', 'Les Marmousets',
    'À Petits Pas', 'La Clairière', 'Les Sittelles', 'Le Manège Enchanté', 'Les Petits Pêcheurs', 'La Toupie', 'Les Colibris',
    'Le Nid Douillet', 'Les Nénuphars', 'La Maison des Lutins', 'Graine de Soleil', 'Les Cabrioles', 'Le Hérisson', 'Les Bleuets',
    'La Luciole Bleue', 'Les Trois Ours', 'Petit à Petit', 'Les Alouettes', 'Le Phare', 'Cœur de Pirouette', 'Les Tournesols',
    'La Coccinelle', 'Les Petites Mains', 'Le Sous-Bois', 'Les Étourneaux', 'La Berceuse', 'Les Capucines', 'Le Ruisseau',
    'Tom Pouce', 'Les Bambinos', 'La Passerelle', 'Les Grillons', 'Le Carrousel', 'Les Pâquerettes', 'Arc-en-Ciel', 'La Plume',
    'Les Roitelets', 'Le Petit Prince des Dunes', 'Les Noisetiers', 'La Vague', 'Les Oursons', 'Le Tilleul', 'Les Libellules',
    'La Comptine', 'Les Farfadets', 'Le Grand Mât', 'Les Genêts', 'Saute-Mouton', 'Les Mésanges', 'La Dînette', 'Le Lampion',
]

SCHOOLS = ['Jean-Macé', 'Pauline-Kergomard', 'Marie-Curie', 'Jules-Verne', 'Jacques-Prévert', 'Louise-Michel', 'Victor-Hugo',
           'Simone-Veil', 'La Fontaine', 'Joliot-Curie', 'Les Acacias', 'George-Sand', 'Paul-Bert', 'Robert-Desnos',
           'Anatole-France', 'Jean-Moulin']

MEETINGS = ['Le Petit Pont', 'La Parenthèse', 'Grain de Sel', 'La Bulle', 'Le Banc', 'Trampoline', 'À Deux Pas', 'La Courte Échelle']

STREETS = ['rue des Écoles', 'avenue de la République', 'rue du Moulin', 'place du Marché', 'rue des Lilas', 'allée des Platanes',
           'rue Pasteur', 'boulevard de la Liberté', 'rue de la Fontaine', 'rue des Peupliers', 'avenue Jean-Jaurès',
           'rue du Chemin-Vert', 'square des Tilleuls', 'rue de la Gare', 'rue Voltaire', 'impasse des Jardins', 'rue du Lavoir',
           'quai des Bateliers', 'rue des Vignes', 'cours de la Marne']

# Where the other establishments stand, by provider: INSEE codes.
TOWNS = {
    'F9210001': ['92078'],
    'F9210002': ['92004', '92004', '92025', '92036', '92024', '92050', '92026', '92009', '92035', '92044', '92063', '92062', '92073',
                 '92040', '92012', '92048', '92072', '92046', '92049', '92002', '92019', '92023', '92060', '92071', '95018'],
    'F7510001': ['75113', '75112', '75120', '75119', '75118', '75111', '75110', '75114', '75115', '75117', '75105', '75103', '75109',
                 '75116', '75104', '94080', '93048', '93055', '94067'],
}
