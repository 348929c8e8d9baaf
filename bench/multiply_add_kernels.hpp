#pragma once

#include <cstddef>
#include <cstdint>

namespace scorefield::base {
enum class InstructionSet : std::uint8_t;
}

namespace scorefield::bench {

/// The multiply-add ceiling of one core: x ← factor·x + addend on numbers that stay in registers, as many as hide the
/// latency of the instruction. Compiled once per instruction set (multiply_add_kernels.cpp).
struct MultiplyAddKernels {
    const char* name;     ///< instruction set
    std::size_t numbers;  ///< of a call

    /// to ← `rounds` multiply-adds of each of the numbers at `from`.
    void (*run)(float factor, float addend, std::size_t rounds, const float* from, float* to);
};

/// Those of an instruction set, one of base::runnable_instruction_sets().
const MultiplyAddKernels& multiply_add_kernels(base::InstructionSet set);

}  // namespace scorefield::bench
