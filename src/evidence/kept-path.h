/* SPDX-License-Identifier: MIT */
/* Where the evidence of a stage is kept (evidence/kept.h). */
#ifndef SIGNALBOX_EVIDENCE_KEPT_PATH_H
#define SIGNALBOX_EVIDENCE_KEPT_PATH_H

/* RUN/logs/STAGE.evidence, which goes when the logs do; the caller's. */
char *evidence_path(const char *run_folder, const char *stage);
/* An empty file of RUN: gc has freed what its stages printed and kept. */
#define RUN_LOGS_FREED "logs-freed"

#endif
