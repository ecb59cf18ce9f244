/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What must never be seen: the SRTP master key, and the pre-shared key, in
 * logs, dot files, caps and properties. */

#include <glib/gstdio.h>
#include <string.h>

#include "gstmikeyagent.h"
#include "gstmikeybin.h"
#include "pair.h"

static GString *seen;
static GMutex seen_lock;

static void
collect (const gchar *text)
{
  g_mutex_lock (&seen_lock);
  g_string_append (seen, text);
  g_string_append_c (seen, '\n');
  g_mutex_unlock (&seen_lock);
}

static void
collect_log (GstDebugCategory *category, GstDebugLevel level, const gchar *file,
             const gchar *function, gint line, GObject *object,
             GstDebugMessage *message, gpointer user_data)
{
  collect (gst_debug_message_get (message));
}

static gchar *
hex_of (const guint8 *data, gsize size)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", data[i]);
  return g_string_free (text, FALSE);
}

/* Whether SECRET, or its first 12 octets, is among what was collected, in hex
 * or in base64. */
static gboolean
is_seen (const guint8 *secret, gsize size)
{
  gchar *hex = hex_of (secret, MIN (size, 12));
  gchar *base64 = g_base64_encode (secret, 12);
  gchar *lower = g_ascii_strdown (seen->str, -1);
  gboolean found = strstr (lower, hex) || strstr (seen->str, base64);

  g_free (hex);
  g_free (base64);
  g_free (lower);
  return found;
}

static void
add_secrets (GPtrArray *secrets, GstElement *element)
{
  GPtrArray *keys = gst_mikey_agent_get_keys (((GstMikeyBin *)element)->agent);

  for (guint i = 0; i < keys->len; i++)
    g_ptr_array_add (secrets, mikey_keys_get_key_and_salt (keys->pdata[i]));
  g_ptr_array_unref (keys);
}

/* Looks at all that an element, its children and their pads tell of
 * themselves. */
static void
collect_object (gpointer object)
{
  guint n;
  GParamSpec **specs
      = g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &n);

  for (guint i = 0; i < n; i++) {
    GValue value = G_VALUE_INIT;
    gchar *text;

    if (!(specs[i]->flags & G_PARAM_READABLE))
      continue;
    g_value_init (&value, specs[i]->value_type);
    g_object_get_property (object, specs[i]->name, &value);
    text = gst_value_serialize (&value);
    if (text)
      collect (text);
    g_free (text);
    g_value_unset (&value);
  }
  g_free (specs);
}

static void
collect_pad (const GValue *item, gpointer user_data)
{
  GstCaps *caps = gst_pad_get_current_caps (g_value_get_object (item));
  gchar *text = caps ? gst_caps_to_string (caps) : NULL;

  if (text)
    collect (text);
  g_free (text);
  gst_clear_caps (&caps);
}

static void
collect_element (const GValue *item, gpointer user_data)
{
  GstElement *element = g_value_get_object (item);
  GstIterator *pads = gst_element_iterate_pads (element);

  collect_object (element);
  gst_iterator_foreach (pads, collect_pad, NULL);
  gst_iterator_free (pads);
}

static void
collect_bin (GstElement *pipeline)
{
  GstIterator *elements = gst_bin_iterate_recurse (GST_BIN (pipeline));
  gchar *dot = gst_debug_bin_to_dot_data (GST_BIN (pipeline),
                                          GST_DEBUG_GRAPH_SHOW_ALL);

  gst_iterator_foreach (elements, collect_element, NULL);
  gst_iterator_free (elements);
  collect (dot);
  g_free (dot);
}

/* As gst-launch -v does, and at once, in the thread that sets the property. */
static void
on_deep_notify (GstObject *parent, GstObject *object, GParamSpec *spec,
                gpointer user_data)
{
  GValue value = G_VALUE_INIT;
  gchar *text;

  if (!(spec->flags & G_PARAM_READABLE))
    return;
  g_value_init (&value, spec->value_type);
  g_object_get_property (G_OBJECT (object), spec->name, &value);
  text = gst_value_serialize (&value);
  if (text)
    collect (text);
  g_free (text);
  g_value_unset (&value);
}

static void
begin_collecting (void)
{
  seen = g_string_new (NULL);
  gst_debug_remove_log_function (gst_debug_log_default);
  gst_debug_add_log_function (collect_log, NULL, NULL);
  gst_debug_set_active (TRUE);
  gst_debug_set_default_threshold (GST_LEVEL_MEMDUMP);
}

static void
end_collecting (void)
{
  gst_debug_set_default_threshold (GST_LEVEL_NONE);
  gst_debug_remove_log_function (collect_log);
}

static const gchar *const lines[] = {
  "mikeyenc name=enc rekey-packets=40 ! mikeydec name=dec",
  "mikeyenc name=enc rekey-packets=40 rtp-cipher=aes-256-gcm ! mikeydec "
  "name=dec",
  "mikeyenc name=enc mki-length=0 ! mikeydec name=dec",
  "mikeyenc name=enc rekey-packets=40 request-verification=true ! queue ! "
  "mikeydec name=dec",
};

/* Everything at its most talkative, over two rekeys. */
GST_START_TEST (test_pipeline)
{
  gchar *line
      = g_strdup_printf ("audiotestsrc num-buffers=100 samplesperbuffer=160 ! "
                         "mulawenc ! rtppcmupay ! %s ! fakesink name=out",
                         lines[__i__]);
  GPtrArray *secrets
      = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  Run *run = run_new (line);
  GstElement *enc = gst_bin_get_by_name (GST_BIN (run->pipeline), "enc");
  GstElement *dec = gst_bin_get_by_name (GST_BIN (run->pipeline), "dec");

  g_object_set (enc, "psk", PSK, NULL);
  g_object_set (dec, "psk", PSK, NULL);
  begin_collecting ();
  g_signal_connect (run->pipeline, "deep-notify", G_CALLBACK (on_deep_notify),
                    NULL);
  run_play (run);
  run_to_end (run);
  fail_unless (run->buffers == 100);
  add_secrets (secrets, enc);
  add_secrets (secrets, dec);
  collect_bin (run->pipeline);
  run_free (run);
  end_collecting ();
  fail_unless (secrets->len >= 2);
  fail_unless (seen->len > 100000);
  fail_unless (strstr (seen->str, "a-key-mgmt") != NULL);
  for (guint i = 0; i < secrets->len; i++) {
    gsize size;
    const guint8 *secret = g_bytes_get_data (secrets->pdata[i], &size);

    fail_unless (size >= 28);
    fail_if (is_seen (secret, size), "the master key was seen");
  }
  fail_if (strstr (seen->str, PSK) != NULL, "the pre-shared key was seen");
  g_ptr_array_unref (secrets);
  g_string_free (seen, TRUE);
  gst_object_unref (enc);
  gst_object_unref (dec);
  g_free (line);
}

GST_END_TEST

/* The same eyes find the key of an srtpenc that is used as it is. */
GST_START_TEST (test_negative_control)
{
  Run *run = run_new ("audiotestsrc num-buffers=3 ! mulawenc ! rtppcmupay ! "
                      "srtpenc name=enc ! fakesink name=out");
  GstElement *enc = gst_bin_get_by_name (GST_BIN (run->pipeline), "enc");
  guint8 key[30];
  GstBuffer *buffer;

  for (guint i = 0; i < sizeof key; i++)
    key[i] = 0xc0 + i;
  buffer = gst_buffer_new_memdup (key, sizeof key);
  g_object_set (enc, "key", buffer, NULL);
  gst_buffer_unref (buffer);
  begin_collecting ();
  run_play (run);
  run_to_end (run);
  run_free (run);
  end_collecting ();
  fail_unless (is_seen (key, sizeof key));
  g_string_free (seen, TRUE);
  gst_object_unref (enc);
}

GST_END_TEST

/* The properties that take secrets can not be read. */
GST_START_TEST (test_write_only)
{
  static const gchar *const names[] = { "mikeyenc", "mikeydec" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    GstElement *element = gst_element_factory_make (names[i], NULL);
    GParamSpec *spec
        = g_object_class_find_property (G_OBJECT_GET_CLASS (element), "psk");

    fail_unless (spec != NULL);
    fail_if (spec->flags & G_PARAM_READABLE);
    fail_unless (
        !g_object_class_find_property (G_OBJECT_GET_CLASS (element), "key"));
    gst_object_unref (element);
  }
}

GST_END_TEST

static Suite *
secrets_suite (void)
{
  Suite *suite = suite_create ("secrets");
  TCase *tcase = tcase_create ("secrets");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_loop_test (tcase, test_pipeline, 0, G_N_ELEMENTS (lines));
  tcase_add_test (tcase, test_negative_control);
  tcase_add_test (tcase, test_write_only);
  return suite;
}

ELEMENT_CHECK_MAIN (secrets)
