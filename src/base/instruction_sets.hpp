#pragma once

/// Before a function: compiled for several instruction sets, of which the processor chooses. Its operations are not
/// contracted, so all give the same bits. Sanitizers do not support this.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define SCOREFIELD_INSTRUCTION_SETS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define SCOREFIELD_INSTRUCTION_SETS
#endif
