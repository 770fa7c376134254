/* Mails: one table of templates (subject and body in French, values in braces). A mail is a record: template and values; its
   text is made when it is sent. */
#ifndef ACTS_MAILS_H
#define ACTS_MAILS_H

#include "acts/app.h"

/* {name} stands for an argument, or for what every mail knows. Of the settings: {site}, {longueur} of a password. Of the record:
   {date}, {heure}. Of its person: {bonjour}, the greeting, with the name if there is one; {identifiant}; {fournisseur}, "" of
   the Caf's own staff; {organisme}, the provider or else the Caf. Of its Caf: {caf}, its name; {joindre}, a sentence's end that
   tells how to reach it (« appelez le Service Partenaires au … »), whatever its entry lacks; {coordonnees}, all that the entry
   has. {le name}, {de name}: with the words French puts before it. A line that starts with "?name " is left out
   when that value is empty, with "!name " when it is not; so is one of a subject, of which one alone stands. */
struct mail_template {
	const char *code;
	const char *subject;
	const char *body;
	const char *purpose; /* drawn when it is sent: "activation", "reset" a temporary password ({mdp}, {expiration}),
				"departure" a link of acts/departure.h ({lien}, {expiration}); NULL */
};
extern const struct mail_template mail_templates[];
extern const size_t mail_templates_n;
const struct mail_template *mail_template_find(const char *code);

/* Adds a mail to the changeset. person: to the directory's address when it is sent; to: a fixed address ("" otherwise).
   args: name, value, …, NULL. */
void mail_add(struct app *app, struct arena *a, struct changeset *cs, const char *template, struct uuid person,
	      const char *to, const char *caf, ...) __attribute__((sentinel));
/* The same, whose fate outcome_of(about) tells from now on. */
void mail_add_about(struct app *app, struct arena *a, struct changeset *cs, const char *about, const char *template,
		    struct uuid person, const char *to, const char *caf, ...) __attribute__((sentinel));

/* A fresh identifier. Each mail has one for all its tries, so that one sent twice after a broken connection is seen as one; only a
   password drawn anew makes another mail. */
const char *mail_message_id(struct app *app, struct arena *a);

struct mail_text {
	const char *to;
	const char *reply_to; /* "" : none */
	const char *subject;
	const char *body; /* '\n' lines, footer included */
	const char *message_id;
};
/* The text to send now. ERR_INVALID: a header value with CR or LF, an unknown template, a value missing, no address, no
   identifier. */
MUST_USE enum err mail_render(struct app *app, struct arena *a, const struct mail *m, struct mail_text *out);

#endif
