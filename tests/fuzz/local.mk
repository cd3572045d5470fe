# A fuzz target is NAME-fuzz.c with one function,
#	int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
# which aborts (BUG) on a fault, a line below, and a corpus/NAME/ of small
# inputs, one a file. In `make check` replay.c, which has the main(), runs the
# corpus; `tests/fuzz/NAME-fuzz FILE|FOLDER...` runs others. For a true hunt
# run-fuzzers builds the target with libFuzzer instead.
check_LIBRARIES += %D%/libreplay.a
tests_fuzz_libreplay_a_SOURCES = %D%/replay.c
EXTRA_DIST += %D%/corpus %D%/run-fuzzers

check_PROGRAMS += %D%/event-fuzz
check_PROGRAMS += %D%/evidence-fuzz
check_PROGRAMS += %D%/report-fuzz
check_PROGRAMS += %D%/stream-fuzz
check_PROGRAMS += %D%/sieve-fuzz
check_PROGRAMS += %D%/ignore-fuzz
check_PROGRAMS += %D%/license-fuzz
check_PROGRAMS += %D%/journal-fuzz
check_PROGRAMS += %D%/pipeline-fuzz
check_PROGRAMS += %D%/haproxy-fuzz
check_PROGRAMS += %D%/command-fuzz
