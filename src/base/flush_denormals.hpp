#pragma once

#if defined(__SSE__)
#include <immintrin.h>
#endif

namespace scorefield::base {

/// While it lives, this thread's arithmetic takes denormal numbers for 0 and gives 0 instead of denormal results (below
/// 1.2e-38 in single precision), as Vulkan devices may. An x86 processor needs over a hundred cycles for each of them,
/// and a trained network has many: silu of large negative numbers. On other processors it changes nothing.
class FlushDenormals {
  public:
#if defined(__SSE__)
    FlushDenormals() : before_(_mm_getcsr()) {
        constexpr unsigned kFlushResults = 0x8000;
        constexpr unsigned kFlushInputs = 0x0040;
        _mm_setcsr(before_ | kFlushResults | kFlushInputs);
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
