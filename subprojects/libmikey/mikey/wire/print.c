/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "print.h"

#include "../base/clock.h"
#include "payloads.h"

/* 2030-01-01: NTP timestamps are shown in the era nearest to it, which is 1961
 * to 2098. Printing reads no clock, so that one message always prints alike. */
#define TIME_PIVOT (G_GINT64_CONSTANT (1893456000) * MIKEY_TIME_SECOND)

typedef struct _Printer Printer;

/* What holds other lines. */
typedef enum {
  NODE_PAYLOADS,
  NODE_PAYLOAD,
  NODE_LIST,
  NODE_ITEM,
  NODE_BODY,
} NodeKind;

typedef struct {
  NodeKind kind;
  const char *name;
  guint number; /* of what is inside; which one, for an item */
  gsize offset, length;
} Node;

/* What is on one line. */
typedef struct {
  const char *name;
  char *shown;    /* the value itself */
  char *meaning;  /* what it stands for, NULL: nothing more */
  bool is_id;     /* of a number: people read the meaning only */
  bool is_octets; /* shown is hex or text, and length is theirs */
  bool is_text;
  gsize length;
} Line;

typedef struct {
  void (*open) (Printer *p, const Node *node);
  void (*close) (Printer *p, const Node *node);
  void (*line) (Printer *p, const Line *line);
} BackEnd;

struct _Printer {
  const BackEnd *back;
  GString *out;
  guint depth;
  gsize base; /* where the octets of this chain begin in the message */
  bool show_keys;
  bool is_first; /* of its node */
};

/* --- what octets mean, by what the other fields of their struct say --- */

static char *
date_of (MikeyTime time)
{
  gint64 micros
      = (time % MIKEY_TIME_SECOND + MIKEY_TIME_SECOND) % MIKEY_TIME_SECOND;
  g_autoptr (GDateTime) second
      = g_date_time_new_from_unix_utc ((time - micros) / MIKEY_TIME_SECOND);
  g_autoptr (GDateTime) date = g_date_time_add (second, micros);

  return g_date_time_format (date, micros ? "%Y-%m-%dT%H:%M:%S.%fZ"
                                          : "%Y-%m-%dT%H:%M:%SZ");
}

static char *
ntp_date (MikeySlice octets, MikeyRegistry values)
{
  return octets.len == 8 ? date_of (
             mikey_time_from_ntp (mikey_get_u64 (octets.data), TIME_PIVOT))
                         : NULL;
}

static char *
ntp32_date (MikeySlice octets, MikeyRegistry values)
{
  return octets.len == 4
             ? date_of (mikey_time_from_ntp32 (mikey_get_u32 (octets.data)))
             : NULL;
}

static char *
number_or_name (MikeySlice octets, MikeyRegistry values)
{
  const char *name;
  guint64 number = 0;
  gsize i;

  if (octets.len < 1 || octets.len > 8)
    return NULL;
  for (i = 0; i < octets.len; i++)
    number = number << 8 | octets.data[i];
  name = number <= G_MAXUINT32 ? mikey_registry_name (values, (guint32)number)
                               : NULL;
  return name ? g_strdup (name)
              : g_strdup_printf ("%" G_GUINT64_FORMAT, number);
}

#define ANY G_MAXUINT32

/* The first row whose field is in the struct and has the value. */
static const struct {
  MikeyRegistry registry; /* of a field of the struct */
  guint32 value;
  char *(*show) (MikeySlice octets, MikeyRegistry values);
  MikeyRegistry values;
} meanings[] = {
  { MIKEY_REG_TS_ROLE, 4, number_or_name, MIKEY_REG_NONE }, /* an interval */
  { MIKEY_REG_TS_TYPE, 0, ntp_date, MIKEY_REG_NONE },
  { MIKEY_REG_TS_TYPE, 1, ntp_date, MIKEY_REG_NONE },
  { MIKEY_REG_TS_TYPE, 2, number_or_name, MIKEY_REG_NONE },
  { MIKEY_REG_TS_TYPE, 3, ntp32_date, MIKEY_REG_NONE },
  { MIKEY_REG_SRTP_PARAM, 0, number_or_name, MIKEY_REG_SRTP_ENCR_ALG },
  { MIKEY_REG_SRTP_PARAM, 2, number_or_name, MIKEY_REG_SRTP_AUTH_ALG },
  { MIKEY_REG_SRTP_PARAM, 5, number_or_name, MIKEY_REG_SRTP_PRF },
  { MIKEY_REG_SRTP_PARAM, 9, number_or_name, MIKEY_REG_FEC_ORDER },
  { MIKEY_REG_SRTP_PARAM, 14, number_or_name, MIKEY_REG_SRTP_AUTH_ALG },
  { MIKEY_REG_SRTP_PARAM, 15, number_or_name, MIKEY_REG_SRTP_AUTH_ALG },
  { MIKEY_REG_SRTP_PARAM, ANY, number_or_name, MIKEY_REG_NONE },
  { MIKEY_REG_TESLA_PARAM, 1, number_or_name, MIKEY_REG_TESLA_PRF },
  { MIKEY_REG_TESLA_PARAM, 3, number_or_name, MIKEY_REG_TESLA_MAC },
  { MIKEY_REG_TESLA_PARAM, 5, ntp_date, MIKEY_REG_NONE },
  { MIKEY_REG_TESLA_PARAM, 9, ntp_date, MIKEY_REG_NONE },
  { MIKEY_REG_TESLA_PARAM, ANY, number_or_name, MIKEY_REG_NONE },
};

static bool
says (const MikeyStruct *type, const void *self, MikeyRegistry registry,
      guint32 value)
{
  guint i;

  for (i = 0; i < type->num_fields; i++)
    if (type->fields[i].registry == registry
        && (value == ANY
            || *mikey_field_uint (&type->fields[i], self) == value))
      return true;
  return false;
}

static char *
meaning_of (const MikeyStruct *type, const MikeyField *field, const void *self)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (meanings); i++)
    if (says (type, self, meanings[i].registry, meanings[i].value))
      return meanings[i].show (*mikey_field_bytes (field, self),
                               meanings[i].values);
  return NULL;
}

/* --- the walk --- */

static void walk_chain (Printer *p, const char *name, const MikeyChain *chain);
static void walk_struct (Printer *p, const MikeyStruct *type, const void *self);

/* Text is shown as such when a terminal shows it faithfully. */
static bool
is_printable (MikeySlice octets)
{
  const char *at = (const char *)octets.data, *end = at + octets.len;

  if (!octets.len || !g_utf8_validate (at, (gssize)octets.len, NULL))
    return false;
  for (; at < end; at = g_utf8_next_char (at))
    if (!g_unichar_isprint (g_utf8_get_char (at)))
      return false;
  return true;
}

static void
put_line (Printer *p, Line line)
{
  p->back->line (p, &line);
  p->is_first = false;
  g_free (line.shown);
  g_free (line.meaning);
}

static void
open_node (Printer *p, Node node)
{
  p->back->open (p, &node);
  p->is_first = true;
  p->depth++;
}

static void
close_node (Printer *p, NodeKind kind)
{
  Node node = { .kind = kind };

  p->depth--;
  p->back->close (p, &node);
  p->is_first = false;
}

static void
walk_uint (Printer *p, const MikeyStruct *type, const MikeyField *field,
           const void *self)
{
  guint32 value = *mikey_field_uint (field, self);
  Line line = { .name = field->name, .is_id = field->flags & MIKEY_FIELD_HEX };

  line.shown = g_strdup_printf ("%u", value);
  line.meaning = line.is_id
                     ? g_strdup_printf ("0x%08x", value)
                     : g_strdup (mikey_registry_name (field->registry, value));
  put_line (p, line);
}

/* Octets with a structure of their own were found to have it when read. */
static void
walk_body (Printer *p, const MikeyField *field, const void *self)
{
  const MikeyStruct *type = field->body (self);
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  void *body;

  if (!type || !(body = mikey_arena_alloc (&arena, type->size))
      || !mikey_struct_read_all (type, *mikey_field_bytes (field, self), body,
                                 &arena, NULL))
    return;
  open_node (p, (Node){ .kind = NODE_BODY, .name = type->name });
  walk_struct (p, type, body);
  close_node (p, NODE_BODY);
}

/* Where the octets of FIELD begin, in the message. */
static gsize
position (const MikeyStruct *type, const MikeyField *field, const void *self)
{
  MikeyStruct before = *type;

  before.num_fields = (guint)(field - type->fields);
  return ((const MikeyPayload *)self)->offset
         + mikey_struct_size (&before, self) + field->bits / 8;
}

/* Payloads inside octets, which nobody has read yet: only payloads have such,
 * never structs inside them. */
static void
walk_inside (Printer *p, const MikeyStruct *type, const MikeyField *field,
             const void *self)
{
  guint32 first = field->chain (self);
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  gsize base = p->base;
  MikeyChain chain;
  MikeyFault fault;

  if (first == MIKEY_PAYLOAD_LAST)
    return;
  if (!mikey_chain_read_all (
          &chain, first, MIKEY_PLACE_SEALED | MIKEY_PLACE_DATA,
          *mikey_field_bytes (field, self), &arena, &fault)) {
    put_line (p, (Line){ .name = "contents",
                         .shown = g_strdup (fault.text),
                         .is_text = true });
    return;
  }
  p->base += position (type, field, self);
  walk_chain (p, "contents", &chain);
  p->base = base;
}

static void
walk_bytes (Printer *p, const MikeyStruct *type, const MikeyField *field,
            const void *self)
{
  MikeySlice octets = *mikey_field_bytes (field, self);
  bool is_secret = (field->flags & MIKEY_FIELD_SECRET) && !p->show_keys;
  Line line = { .name = field->name, .is_octets = true, .length = octets.len };

  line.is_text = !is_secret && (field->flags & MIKEY_FIELD_TEXT)
                 && is_printable (octets);
  if (line.is_text)
    line.shown = g_strndup ((const char *)octets.data, octets.len);
  else if (!is_secret)
    line.shown = mikey_slice_hex (octets);
  if (!is_secret)
    line.meaning = meaning_of (type, field, self);
  put_line (p, line);
  if (field->body)
    walk_body (p, field, self);
  if (field->chain)
    walk_inside (p, type, field, self);
}

static void
walk_list (Printer *p, const MikeyStruct *type, const MikeyField *field,
           const void *self)
{
  const MikeyList *list = mikey_field_list (field, self);
  guint i;

  open_node (p, (Node){ NODE_LIST, field->name, list->num, 0, 0 });
  for (i = 0; i < list->num; i++) {
    open_node (p, (Node){ NODE_ITEM, field->item->name, i + 1, 0, 0 });
    walk_struct (p, field->item, mikey_list_item (field, list, i));
    close_node (p, NODE_ITEM);
  }
  close_node (p, NODE_LIST);
}

static void
walk_inner (Printer *p, const MikeyStruct *type, const MikeyField *field,
            const void *self)
{
  walk_chain (p, field->name, mikey_field_chain (field, self));
}

static void
walk_struct (Printer *p, const MikeyStruct *type, const void *self)
{
  static void (*const walk[]) (Printer *, const MikeyStruct *,
                               const MikeyField *, const void *)
      = { [MIKEY_FIELD_UINT] = walk_uint,
          [MIKEY_FIELD_BYTES] = walk_bytes,
          [MIKEY_FIELD_LIST] = walk_list,
          [MIKEY_FIELD_CHAIN] = walk_inner };
  guint i;

  for (i = 0; i < type->num_fields; i++)
    if (mikey_field_present (&type->fields[i], self))
      walk[type->fields[i].kind](p, type, &type->fields[i], self);
}

static void
walk_payload (Printer *p, const MikeyPayload *payload)
{
  open_node (p, (Node){ NODE_PAYLOAD, payload->type->wire.name, 0,
                        p->base + payload->offset, payload->length });
  walk_struct (p, &payload->type->wire, payload);
  close_node (p, NODE_PAYLOAD);
}

static void
walk_chain (Printer *p, const char *name, const MikeyChain *chain)
{
  const MikeyPayload *payload;
  guint num = 0;

  for (payload = chain->head; payload; payload = payload->link)
    num++;
  open_node (p, (Node){ NODE_PAYLOADS, name, num, 0, 0 });
  for (payload = chain->head; payload; payload = payload->link)
    walk_payload (p, payload);
  close_node (p, NODE_PAYLOADS);
}

/* --- text --- */

static void
append_quoted (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (; *text; text++) {
    if (*text == '"' || *text == '\\')
      g_string_append_c (out, '\\');
    g_string_append_c (out, *text);
  }
  g_string_append_c (out, '"');
}

/* The payloads of the message itself stand at the margin. */
static guint
indent (const Printer *p)
{
  return p->depth ? 2 * (p->depth - 1) : 0;
}

static void
text_open (Printer *p, const Node *node)
{
  if (p->depth == 0)
    return;
  g_string_append_printf (p->out, "%*s%s", indent (p), "", node->name);
  if (node->kind == NODE_PAYLOAD)
    g_string_append_printf (
        p->out, " at byte %" G_GSIZE_FORMAT ", %" G_GSIZE_FORMAT " bytes",
        node->offset, node->length);
  else if (node->kind == NODE_ITEM)
    g_string_append_printf (p->out, " %u", node->number);
  else if (node->kind == NODE_LIST || node->kind == NODE_PAYLOADS)
    g_string_append_printf (p->out, ": %u", node->number);
  g_string_append_c (p->out, '\n');
}

static void
text_close (Printer *p, const Node *node)
{
}

static void
text_line (Printer *p, const Line *line)
{
  g_string_append_printf (p->out, "%*s%s: ", indent (p), "", line->name);
  if (line->is_id)
    g_string_append (p->out, line->meaning);
  else if (line->is_text)
    append_quoted (p->out, line->shown);
  else if (line->shown && *line->shown)
    g_string_append (p->out, line->shown);
  else
    g_string_append_printf (p->out, "%" G_GSIZE_FORMAT " bytes", line->length);
  if (line->meaning && !line->is_id)
    g_string_append_printf (p->out, " (%s)", line->meaning);
  g_string_append_c (p->out, '\n');
}

static const BackEnd text_back_end = { text_open, text_close, text_line };

/* --- JSON --- */

static const char *const brackets[] = {
  [NODE_PAYLOADS] = "[]", [NODE_PAYLOAD] = "{}", [NODE_LIST] = "[]",
  [NODE_ITEM] = "{}",     [NODE_BODY] = "{}",
};

static void
json_new_line (Printer *p)
{
  g_string_append_printf (p->out, "%s\n%*s", p->is_first ? "" : ",",
                          2 * (p->depth + 1), "");
}

static void
json_open (Printer *p, const Node *node)
{
  json_new_line (p);
  if (node->kind != NODE_PAYLOAD && node->kind != NODE_ITEM) {
    append_quoted (p->out, node->name);
    g_string_append (p->out, ": ");
  }
  g_string_append_c (p->out, brackets[node->kind][0]);
  if (node->kind == NODE_PAYLOAD)
    g_string_append_printf (p->out,
                            " \"payload\": \"%s\", \"offset\": %" G_GSIZE_FORMAT
                            ", \"length\": %" G_GSIZE_FORMAT ",",
                            node->name, node->offset, node->length);
}

static void
json_close (Printer *p, const Node *node)
{
  if (!p->is_first)
    g_string_append_printf (p->out, "\n%*s", 2 * (p->depth + 1), "");
  g_string_append_c (p->out, brackets[node->kind][1]);
}

static void
json_line (Printer *p, const Line *line)
{
  json_new_line (p);
  append_quoted (p->out, line->name);
  g_string_append (p->out, ": { ");
  if (line->is_octets)
    g_string_append_printf (p->out, "\"length\": %" G_GSIZE_FORMAT "%s",
                            line->length, line->shown ? ", " : "");
  if (line->shown) {
    g_string_append (p->out, line->is_text ? "\"text\": " : "\"value\": ");
    if (line->is_octets || line->is_text)
      append_quoted (p->out, line->shown);
    else
      g_string_append (p->out, line->shown);
  }
  if (line->meaning) {
    g_string_append (p->out, ", \"meaning\": ");
    append_quoted (p->out, line->meaning);
  }
  g_string_append (p->out, " }");
}

static const BackEnd json_back_end = { json_open, json_close, json_line };

/* --- */

char *
mikey_print_text (const MikeyChain *chain, bool show_keys)
{
  Printer p = { .back = &text_back_end,
                .out = g_string_new (NULL),
                .show_keys = show_keys };

  walk_chain (&p, "payloads", chain);
  return g_string_free (p.out, FALSE);
}

char *
mikey_print_json (const MikeyChain *chain, bool show_keys)
{
  Printer p = { .back = &json_back_end,
                .out = g_string_new ("{"),
                .show_keys = show_keys,
                .is_first = true };

  walk_chain (&p, "payloads", chain);
  g_string_append (p.out, "\n}\n");
  return g_string_free (p.out, FALSE);
}

static void
summarise_hdr (GString *out, const MikeyHdr *hdr)
{
  const char *name = mikey_registry_name (MIKEY_REG_DATA_TYPE, hdr->data_type);

  if (name)
    g_string_append (out, name);
  else
    g_string_append_printf (out, "data type %u", hdr->data_type);
  g_string_append_printf (out, ", CSB %08x, V %u, %u CS, ", hdr->csb_id, hdr->v,
                          hdr->num_cs);
}

char *
mikey_print_summary (const MikeyChain *chain, gsize len)
{
  GString *out = g_string_new (NULL);
  const MikeyPayload *p = chain->head;

  if (p && p->type->code == MIKEY_PAYLOAD_HDR) {
    summarise_hdr (out, (const MikeyHdr *)p);
    p = p->link;
  }
  if (!p)
    g_string_append (out, "no payloads");
  for (; p; p = p->link)
    g_string_append_printf (out, "%s%s", p->type->wire.name,
                            p->link ? " " : "");
  g_string_append_printf (out, ", %" G_GSIZE_FORMAT " bytes", len);
  return g_string_free (out, FALSE);
}
