#pragma once

#if defined(__SSE__)
#include <immintrin.h>
#endif

namespace scorefield::base {

/// Sets flush-to-zero (FTZ) and denormals-are-zero (DAZ) for SSE arithmetic of this thread during its lifetime:
/// denormal inputs and results (below 1.2e-38 in single precision) count as 0, as on Vulkan devices. An x86 processor
/// needs over a hundred cycles for each of them, and trained networks produce many: silu of large negative numbers.
/// Without SSE it does nothing.
class FlushDenormals {
  public:
#if defined(__SSE__)
    FlushDenormals() : before_(_mm_getcsr()) {
        constexpr unsigned kFlushToZero = 0x8000;
        constexpr unsigned kDenormalsAreZero = 0x0040;
        _mm_setcsr(before_ | kFlushToZero | kDenormalsAreZero);
    }
    ~FlushDenormals() {
        _mm_setcsr(before_);
    }
#else
    FlushDenormals() = default;
    ~FlushDenormals() = default;
#endif
    FlushDenormals(const FlushDenormals&) = delete;
    FlushDenormals& operator=(const FlushDenormals&) = delete;

#if defined(__SSE__)
  private:
    unsigned before_;
#endif
};

}  // namespace scorefield::base
