#include "base/instruction_sets.hpp"
#include "nn/kernels.hpp"
#include "nn/tile_kernels.hpp"

namespace scorefield::nn {

extern const Kernels plain_kernels;
extern const TileKernels plain_tile_kernels;
#ifdef SCOREFIELD_X86_KERNELS
extern const Kernels avx2_kernels;
extern const TileKernels avx2_tile_kernels;
extern const Kernels avx512_kernels;
extern const TileKernels avx512_tile_kernels;
#endif

ElementLoop Kernels::loop_of(const Operation& operation) const {
    for (std::size_t i = 0; i < loop_count; ++i) {
        if (loops[i].operation == &operation) return loops[i].loop;
    }
    return nullptr;
}

const Kernels& kernels(base::InstructionSet set) {
#ifdef SCOREFIELD_X86_KERNELS
    if (set == base::InstructionSet::avx512) return avx512_kernels;
    if (set == base::InstructionSet::avx2) return avx2_kernels;
#endif
    (void)set;
    return plain_kernels;
}

const TileKernels& tile_kernels(base::InstructionSet set) {
#ifdef SCOREFIELD_X86_KERNELS
    if (set == base::InstructionSet::avx512) return avx512_tile_kernels;
    if (set == base::InstructionSet::avx2) return avx2_tile_kernels;
#endif
    (void)set;
    return plain_tile_kernels;
}

const Kernels& kernels() {
    return kernels(base::runnable_instruction_sets().back());
}

}  // namespace scorefield::nn
