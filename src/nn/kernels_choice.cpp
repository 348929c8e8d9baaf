#include "nn/kernels.hpp"

namespace scorefield::nn {

extern const Kernels plain_kernels;
#ifdef SCOREFIELD_X86_KERNELS
extern const Kernels avx2_kernels;
extern const Kernels avx512_kernels;
#endif

ElementLoop Kernels::loop_of(const Operation& operation) const {
    for (std::size_t i = 0; i < loop_count; ++i) {
        if (loops[i].operation == &operation) return loops[i].loop;
    }
    return nullptr;
}

KernelList runnable_kernels() {
    KernelList list = {{&plain_kernels}, 1};
#ifdef SCOREFIELD_X86_KERNELS
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) list.sets[list.count++] = &avx2_kernels;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        list.sets[list.count++] = &avx512_kernels;
#endif
    return list;
}

const Kernels& kernels() {
    static const KernelList list = runnable_kernels();
    return *list.sets[list.count - 1];
}

}  // namespace scorefield::nn
