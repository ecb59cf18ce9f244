/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_WIRE_KV_H
#define MIKEY_WIRE_KV_H

/* Key validity data: the fields at the end of Key data, DH, SK and ECCPT.
 *
 * RFC 3830 6.14, SPI/MKI and interval:
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! SPI Length    ! SPI                                           ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! VF Length     ! Valid From                                    ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! VT Length     ! Valid To (expires)                            ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * 3830-6.14-01 */

#include "field.h"

enum {
  MIKEY_KV_NULL = 0,
  MIKEY_KV_SPI = 1,
  MIKEY_KV_INTERVAL = 2,
};

/* The KV field and the data that depend on it, for the table of a struct T with
 * the members kv_type and kv; below it, MIKEY_KV_PREDICATES (T) comes first. */
#define MIKEY_KV_TYPE(T)                                                       \
  MIKEY_UINT (T, kv_type, "KV", 4, .registry = MIKEY_REG_KV_TYPE,              \
              .unknown = MIKEY_FAULT_BAD_VALUE)
#define MIKEY_KV_DATA(T)                                                       \
  MIKEY_BYTES (T, kv.spi, "SPI", 8, .when = has_spi),                          \
      MIKEY_BYTES (T, kv.from, "Valid From", 8, .when = has_interval),         \
      MIKEY_BYTES (T, kv.to, "Valid To", 8, .when = has_interval)

/* Defines the two predicates that MIKEY_KV_DATA names. */
#define MIKEY_KV_PREDICATES(T)                                                 \
  static bool has_spi (const void *self)                                       \
  {                                                                            \
    return ((const T *)self)->kv_type == MIKEY_KV_SPI;                         \
  }                                                                            \
  static bool has_interval (const void *self)                                  \
  {                                                                            \
    return ((const T *)self)->kv_type == MIKEY_KV_INTERVAL;                    \
  }

#endif
