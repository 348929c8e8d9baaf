#pragma once

#include <chrono>

namespace scorefield::bench {

/// Seconds that a call takes.
template <class Work>
double seconds_of(const Work& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace scorefield::bench
