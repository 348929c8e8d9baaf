#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace scorefield::base {

/// Runs task(0) … task(count−1) on all cores and returns when all are done; the first exception is rethrown. Which
/// thread runs which task is not determined: results must not depend on it. Threads are kept between calls.
class ThreadPool {
  public:
    /// `threads` = 0: one per core, the caller included. They start with the first `run` and have the priority of the
    /// thread that calls it; fewer where the machine refuses more.
    explicit ThreadPool(std::size_t threads = 0);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    void run(std::size_t count, const std::function<void(std::size_t)>& task);
    std::size_t threads() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace scorefield::base
