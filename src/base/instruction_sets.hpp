#pragma once

#include <cstdint>
#include <span>

/// A function with this attribute is compiled for several instruction sets, of which the processor chooses one. No
/// operation is contracted (-ffp-contract=off), so all give the same bits. AddressSanitizer and clang do without.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define SCOREFIELD_INSTRUCTION_SETS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define SCOREFIELD_INSTRUCTION_SETS
#endif

namespace scorefield::base {

/// Those for which kernels are compiled as files of their own (scorefield_kernels in cmake/Settings.cmake).
enum class InstructionSet : std::uint8_t { plain, avx2, avx512 };

/// Those that this processor runs, the fastest last. The first is plain.
std::span<const InstructionSet> runnable_instruction_sets();

}  // namespace scorefield::base
