#include "base/instruction_sets.hpp"

#include <array>
#include <cstddef>

#include "base/normal_kernels.hpp"

namespace scorefield::base {

std::span<const InstructionSet> runnable_instruction_sets() {
    static constexpr std::array kAll = {InstructionSet::plain, InstructionSet::avx2, InstructionSet::avx512};
    std::size_t count = 1;
#ifdef SCOREFIELD_X86_KERNELS
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        ++count;
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
            __builtin_cpu_supports("avx512vl")) {
            ++count;
        }
    }
#endif
    return std::span(kAll).first(count);
}

extern const NormalKernels plain_normal_kernels;
#ifdef SCOREFIELD_X86_KERNELS
extern const NormalKernels avx2_normal_kernels;
extern const NormalKernels avx512_normal_kernels;
#endif

const NormalKernels& normal_kernels(InstructionSet set) {
#ifdef SCOREFIELD_X86_KERNELS
    if (set == InstructionSet::avx512) return avx512_normal_kernels;
    if (set == InstructionSet::avx2) return avx2_normal_kernels;
#endif
    (void)set;
    return plain_normal_kernels;
}

}  // namespace scorefield::base
