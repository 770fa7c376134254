/* The pieces pages are made of. */
#include "fcgi/page/page.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void crumbs(struct html *h, const char *first, ...)
{
	va_list args;
	const char *label = first, *href;

	html(h, "<nav class=\"crumbs\" aria-label=\"Fil d’Ariane\"><ol>");
	va_start(args, first);
	while ((href = va_arg(args, const char *))) {
		if (*href)
			html(h, "<li><a href=\"{}\">{}</a></li>", href, label);
		else
			html(h, "<li>{}</li>", label);
		label = va_arg(args, const char *);
	}
	va_end(args);
	html(h, "<li aria-current=\"page\">{}</li></ol></nav>\n", label);
}

void note(struct html *h, enum note_kind kind, const char *text)
{
	static const char *const classes[] = {
		[NOTE_INFO] = "note", [NOTE_OK] = "note note-ok", [NOTE_WARN] = "note note-warn"
	};

	html(h, "<div class=\"{}\"><p>{f}</p></div>\n", classes[kind], text);
}

void error_summary(struct request *rq, struct html *h)
{
	rq->summary_at = rq->faults.n ? h->out->n : 0;
}

/* Where the field a fault speaks of stands in the page; SIZE_MAX: nowhere. */
static size_t field_place(struct arena *a, struct bytes page, const char *name)
{
	const char *id = arena_printf(a, " id=\"%s\"", name);
	const uint8_t *at = memmem(page.p, page.n, id, strlen(id));

	return at ? (size_t)(at - page.p) : SIZE_MAX;
}

struct fault_line {
	const struct pair *fault;
	size_t place, nth;
};

static int by_place(const void *x, const void *y)
{
	const struct fault_line *a = x, *b = y;

	return a->place != b->place ? (a->place > b->place) - (a->place < b->place) :
				      (a->nth > b->nth) - (a->nth < b->nth);
}

void summary_insert(struct request *rq)
{
	struct bytes page = buf_bytes(&rq->re->body);
	size_t n = rq->faults.n;
	struct buf whole = buf_new(rq->arena);
	struct html h = { .out = &whole };

	if (!rq->summary_at || !n)
		return;
	struct fault_line *lines = arena_array(rq->arena, n, struct fault_line);

	for (size_t i = 0; i < n; i++)
		lines[i] = (struct fault_line){ &rq->faults.v[i], field_place(rq->arena, page, rq->faults.v[i].name), i };
	qsort(lines, n, sizeof *lines, by_place);
	buf_add(&whole, page.p, rq->summary_at);
	html(&h, "<div class=\"error-summary\" role=\"alert\" tabindex=\"-1\" autofocus id=\"erreurs\" aria-labelledby=\"t-err\">\n"
		 "<h2 id=\"t-err\">");
	if (n == 1)
		html(&h, "Corrigez une réponse");
	else
		html(&h, "Corrigez {} réponses", html_number(&h, (int64_t)n));
	html(&h, "</h2>\n<ul>\n");
	for (size_t i = 0; i < n; i++)
		if (lines[i].place == SIZE_MAX)
			html(&h, "<li>{f}</li>\n", lines[i].fault->value);
		else
			html(&h, "<li><a href=\"#{}\">{f}</a></li>\n", lines[i].fault->name, lines[i].fault->value);
	html(&h, "</ul>\n</div>\n");
	buf_add(&whole, page.p + rq->summary_at, page.n - rq->summary_at);
	rq->re->body = whole;
}

void one_box(struct request *rq, struct html *h, const char *id, const char *name, const char *value, const char *label)
{
	html(h, "<div class=\"choice\"><input type=\"checkbox\" id=\"{}\" name=\"{}\" value=\"{}\"", id, name, value);
	if (input_has(&rq->in, name, value))
		html(h, " checked");
	if (fault_of(&rq->faults, id))
		html(h, " aria-invalid=\"true\" aria-describedby=\"e-{}\"", id);
	html(h, "><label for=\"{}\">{f}</label></div>\n", id, label);
}

void check_box_at(struct request *rq, struct html *h, const char *id, const char *name, const char *label)
{
	const char *fault = fault_of(&rq->faults, id);

	html(h, "<div class=\"field{}\">", fault ? " field-error" : "");
	if (fault)
		html(h, "<span class=\"msg-error\" id=\"e-{}\">{f}</span>", id, fault);
	one_box(rq, h, id, name, "oui", label);
	html(h, "</div>\n");
}

void check_box(struct request *rq, struct html *h, const char *name, const char *label)
{
	check_box_at(rq, h, name, name, label);
}

void field_hidden(struct html *h, const char *name, const char *value)
{
	html(h, "<input type=\"hidden\" name=\"{}\" value=\"{}\">\n", name, value);
}

void form_once(struct request *rq, struct html *h)
{
	field_hidden(h, "reprise", rq->form_id);
}

void form_open(struct request *rq, struct html *h, const char *class, const char *action)
{
	html(h, "<form class=\"{}\" method=\"post\" action=\"{}\" novalidate>\n", class, action ? action : rq->http->path);
	field_hidden(h, "csrf", rq->csrf);
	if (rq->who.known && rq->form_id)
		form_once(rq, h);
}

void form_close(struct html *h)
{
	html(h, "</form>\n");
}

/* The row's own hint, or for a long text its limit. */
static const char *hint_of(struct arena *a, const struct field *f)
{
	if (f->hint || f->kind != FIELD_LINES || !f->max)
		return f->hint;
	if (f->max < 1000)
		return arena_printf(a, "%zu caractères au plus", f->max);
	return arena_printf(a, "%zu\u202f%03zu caractères au plus", f->max / 1000, f->max % 1000);
}

/* What aria-describedby names: the hint and the fault, where there are. */
static const char *described(struct request *rq, const struct field *f, const char *fault)
{
	bool hint = hint_of(rq->arena, f);

	if (!hint && !fault)
		return NULL;
	return arena_printf(rq->arena, "%s%s%s%s%s", hint ? "h-" : "", hint ? f->name : "", hint && fault ? " " : "",
			    fault ? "e-" : "", fault ? f->name : "");
}

/* Asked for by a rule of their form: one of the first two, a grid's first day, what only a nursery has. */
static bool is_asked(const struct field *f)
{
	static const char *const asked[] = { "telephone", "courriel", "debut", "categorie", "capacite" };

	for (size_t i = 0; i < LENGTH(asked); i++)
		if (strcmp(f->name, asked[i]) == 0)
			return true;
	return f->required;
}

static void label_of(struct html *h, const struct field *f)
{
	html(h, "{f}", f->label);
	if (!is_asked(f) && f->kind != FIELD_SET)
		html(h, " <span class=\"optional\">(facultatif)</span>");
}

static void hint_and_fault(struct request *rq, struct html *h, const struct field *f, const char *fault)
{
	const char *hint = hint_of(rq->arena, f);

	if (hint)
		html(h, "<span class=\"hint\" id=\"h-{}\">{f}</span>", f->name, hint);
	if (fault)
		html(h, "<span class=\"msg-error\" id=\"e-{}\">{f}</span>", f->name, fault);
}

static void aria(struct request *rq, struct html *h, const struct field *f, const char *fault)
{
	const char *by = described(rq, f, fault);

	if (fault)
		html(h, " aria-invalid=\"true\"");
	if (by)
		html(h, " aria-describedby=\"{}\"", by);
}

static void text_input(struct request *rq, struct html *h, const struct field *f, const char *fault, const char *width)
{
	static const char *const types[FIELD__MAX] = {
		[FIELD_MAIL] = "email",
		[FIELD_URL] = "url",
		[FIELD_PHONE] = "tel",
		[FIELD_PASSWORD] = "password",
	};

	html(h, "<input class=\"{}\" type=\"{}\" id=\"{}\" name=\"{}\"", width,
	     types[f->kind] ? types[f->kind] : "text", f->name, f->name);
	if (f->kind != FIELD_PASSWORD)
		html(h, " value=\"{}\"", input_get(&rq->in, f->name));
	if (f->kind == FIELD_NUMBER)
		html(h, " inputmode=\"numeric\"");
	if (f->autocomplete && strcmp(f->autocomplete, "username") == 0)
		html(h, " autocapitalize=\"none\" spellcheck=\"false\"");
	html(h, " autocomplete=\"{}\"", f->autocomplete ? f->autocomplete : "off");
	aria(rq, h, f, fault);
	html(h, ">");
}

static void select_input(struct request *rq, struct html *h, const struct field *f, const char *fault, const char *width)
{
	const char *value = input_get(&rq->in, f->name);

	html(h, "<select class=\"{}\" id=\"{}\" name=\"{}\"", width, f->name, f->name);
	aria(rq, h, f, fault);
	html(h, ">");
	for (const struct choice *c = f->choices; c->value; c++) {
		html(h, "<option value=\"{}\"", c->value);
		if (strcmp(c->value, value) == 0)
			html(h, " selected");
		html(h, ">{f}</option>", c->label);
	}
	html(h, "</select>");
}

/* Check boxes of one name; the first carries the field's id, so that the error summary can lead there. */
static void set_input(struct request *rq, struct html *h, const struct field *f, const char *fault)
{
	html(h, "<fieldset class=\"field{}\"><legend>", fault ? " field-error" : "");
	label_of(h, f);
	html(h, "</legend>");
	hint_and_fault(rq, h, f, fault);
	html(h, "<div class=\"choices-inline\">");
	for (const struct choice *c = f->choices; c->value; c++) {
		const char *id = c == f->choices ? f->name : arena_printf(rq->arena, "%s-%s", f->name, c->value);

		one_box(rq, h, id, f->name, c->value, c->label);
	}
	html(h, "</div></fieldset>\n");
}

void field_of(struct request *rq, struct html *h, const struct form *form, const char *name, const char *width)
{
	const struct field *f = form_field(form, name);
	const char *fault = fault_of(&rq->faults, name);

	if (f->kind == FIELD_SET) {
		set_input(rq, h, f, fault);
		return;
	}
	html(h, "<div class=\"field{}\"><label for=\"{}\">", fault ? " field-error" : "", f->name);
	label_of(h, f);
	html(h, "</label>");
	hint_and_fault(rq, h, f, fault);
	if (f->kind == FIELD_LINES) {
		html(h, "<textarea id=\"{}\" name=\"{}\"", f->name, f->name);
		aria(rq, h, f, fault);
		/* the parser drops one newline after the tag: ours, so that a text that begins with one keeps it */
		html(h, ">\n{}</textarea>", input_get(&rq->in, name));
	} else if (f->kind == FIELD_CHOICE) {
		select_input(rq, h, f, fault, width);
	} else {
		text_input(rq, h, f, fault, width);
	}
	html(h, "</div>\n");
}

void day_words(struct html *h, struct arena *a, day_t day)
{
	const char *words = day_fr(a, day);

	if (strncmp(words, "1er ", 4) == 0)
		html(h, "1<sup>er</sup>{}", words + 3);
	else
		html(h, "{}", words);
}

void phone_link(struct html *h, struct arena *a, const char *phone)
{
	const char *number;

	if (text_phone(a, phone, &number))
		number = phone;
	html(h, "<a href=\"tel:{}\">{}</a>", number, text_phone_fr(a, number));
}

static void filter_head(struct request *rq, struct html *h, const char *name, const char *label)
{
	const char *fault = fault_of(&rq->faults, name);

	html(h, "<div class=\"field{}\"><label for=\"{}\">{}</label>", fault ? " field-error" : "", name, label);
	if (fault)
		html(h, "<span class=\"msg-error\" id=\"e-{}\">{f}</span>", name, fault);
}

static void filter_aria(struct request *rq, struct html *h, const char *name)
{
	if (fault_of(&rq->faults, name))
		html(h, " aria-invalid=\"true\" aria-describedby=\"e-{}\"", name);
}

void filter_select(struct request *rq, struct html *h, const char *name, const char *label,
		   const struct choice *choices, const char *selected)
{
	filter_head(rq, h, name, label);
	html(h, "<select id=\"{}\" name=\"{}\"", name, name);
	filter_aria(rq, h, name);
	html(h, ">");
	for (const struct choice *c = choices; c->value; c++) {
		html(h, "<option value=\"{}\"", c->value);
		if (strcmp(c->value, selected) == 0)
			html(h, " selected");
		html(h, ">{f}</option>", c->label);
	}
	html(h, "</select></div>\n");
}

void filter_text(struct request *rq, struct html *h, const char *name, const char *label)
{
	filter_head(rq, h, name, label);
	html(h, "<input type=\"text\" id=\"{}\" name=\"{}\" value=\"{}\" autocomplete=\"off\"", name, name,
	     input_get(&rq->in, name));
	filter_aria(rq, h, name);
	html(h, "></div>\n");
}

void filter_open(struct html *h, const char *path, const char *label)
{
	html(h, "<form class=\"card filters\" method=\"get\" action=\"{}\" aria-label=\"{}\">\n", path, label);
}

void filter_close(struct html *h, const char *button)
{
	html(h, "<button class=\"btn btn-alt\">{}</button>\n</form>\n", button);
}

void table_open(struct html *h, const char *id, const char *caption, ...)
{
	va_list heads;
	const char *head;

	html(h,
	     "<div class=\"scroll\" role=\"region\" aria-labelledby=\"{}\" tabindex=\"0\">\n<table class=\"data\">\n"
	     "<caption id=\"{}\">{f}</caption>\n<thead><tr>",
	     id, id, caption);
	va_start(heads, caption);
	while ((head = va_arg(heads, const char *)))
		html(h, "<th scope=\"col\">{f}</th>", head);
	va_end(heads);
	html(h, "</tr></thead>\n<tbody>\n");
}

void table_close(struct html *h)
{
	html(h, "</tbody>\n</table>\n</div>\n");
}

void tag(struct html *h, struct tag_of t)
{
	html(h, "<span class=\"tag {}\">{f}</span>", t.class, t.text);
}

struct tag_of freshness_tag(enum freshness fresh)
{
	static const struct tag_of tags[] = {
		[GRID_NEVER] = { "", "Non communiquées" },
		[GRID_FRESH] = { "tag-ok", "À jour" },
		[GRID_REMINDER] = { "tag-info", "Bientôt à actualiser" },
		[GRID_STALE] = { "tag-warn", "À actualiser" },
		[GRID_HIDDEN] = { "tag-warn", "À confirmer" },
	};

	return tags[fresh];
}

void places_untold(struct request *rq, struct html *h, enum freshness fresh, int64_t confirmed_at)
{
	if (fresh != GRID_HIDDEN) {
		html(h, "<p><strong>Places non communiquées :</strong> contactez l’établissement.</p>\n");
		return;
	}
	html(h, "<p>");
	tag(h, freshness_tag(fresh));
	html(h,
	     "</p>\n<p>Places non communiquées récemment : contactez l’établissement.</p>\n"
	     "<p class=\"small muted\">Dernière mise à jour : {}</p>\n",
	     day_fr(rq->arena, day_of(confirmed_at)));
}

const char *link_with(struct arena *a, const char *path, ...)
{
	struct pair pairs[16];
	size_t n = 0;
	va_list args;
	const char *name;

	va_start(args, path);
	while ((name = va_arg(args, const char *))) {
		const char *value = va_arg(args, const char *);

		if (*value && n < LENGTH(pairs))
			pairs[n++] = (struct pair){ name, value };
	}
	va_end(args);
	return n ? arena_printf(a, "%s?%s", path, urlencoded_write(a, pairs, n)) : path;
}

enum err page_number(struct request *rq, int64_t *out)
{
	*out = 1;
	return *input_get(&rq->in, "page") && text_to_int(input_get(&rq->in, "page"), 1, 10000, out) ? ERR_MALFORMED :
												       ERR_OK;
}

static const char *page_link(struct request *rq, const char *list, int64_t page)
{
	return arena_printf(rq->arena, "%s%cpage=%d", list, strchr(list, '?') ? '&' : '?', (int)page);
}

static int64_t pages_in(size_t total, size_t per_page)
{
	return (int64_t)((total + per_page - 1) / per_page);
}

void pages_of(struct request *rq, struct html *h, const char *list, const char *label, int64_t page, size_t total,
	      size_t per_page)
{
	int64_t pages = pages_in(total, per_page);

	if (pages < 2)
		return;
	html(h, "<nav class=\"pager\" aria-label=\"{}\"><span class=\"muted\">Page {} sur {}</span>", label,
	     html_number(h, page), html_number(h, pages));
	for (int64_t to = page - 1; to <= page + 1; to += 2)
		if (to >= 1 && to <= pages)
			html(h, "<a href=\"{}\">{}</a>", page_link(rq, list, to),
			     to > page ? "Page suivante" : "Page précédente");
	html(h, "</nav>\n");
}

bool pages_are_fewer(struct request *rq, const char *list, int64_t page, size_t total, size_t per_page)
{
	int64_t pages = pages_in(total, per_page);

	if (page <= (pages ? pages : 1))
		return false;
	http_see_other(rq->re, pages > 1 ? page_link(rq, list, pages) : list);
	return true;
}

const char *public_path(struct arena *a, const char *name, const char *id)
{
	return arena_printf(a, "/etablissements/%s-%s", text_slug(a, name), id);
}

void diff_sides(struct html *h, struct arena *a, const char *before, const char *after)
{
	struct diff_part *parts;
	size_t n;

	text_diff(a, before, after, &parts, &n);
	html(h, "<div class=\"sides\">\n");
	for (int side = -1; side <= 1; side += 2) {
		html(h, "<div><h4>{}</h4><p>", side < 0 ? "En ligne aujourd’hui" : "Proposé");
		if (!*(side < 0 ? before : after))
			html(h, "Rubrique vide");
		for (size_t i = 0; i < n; i++) {
			if (parts[i].side == 0)
				html(h, "{b}", parts[i].text);
			else if (parts[i].side == side && side < 0)
				html(h, "<del><span class=\"vh\">supprimé : </span>{b}</del>", parts[i].text);
			else if (parts[i].side == side)
				html(h, "<ins><span class=\"vh\">ajouté : </span>{b}</ins>", parts[i].text);
		}
		html(h, "</p></div>\n");
	}
	html(h, "</div>\n");
}
