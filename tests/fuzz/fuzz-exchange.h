/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TESTS_FUZZ_FUZZ_EXCHANGE_H
#define TESTS_FUZZ_FUZZ_EXCHANGE_H

/* Writes the seeds of the target to FOLDER: the genuine message of each
 * state. */
void fuzz_write_seeds (const char *folder);

#endif
