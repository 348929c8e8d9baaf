#include "base/thread_pool.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace scorefield::base {

struct ThreadPool::State {
    std::mutex mutex;
    std::condition_variable wake;
    std::condition_variable done;
    const std::function<void(std::size_t)>* task = nullptr;
    std::size_t count = 0;
    std::size_t generation = 0;
    std::size_t busy = 0;
    std::atomic<std::size_t> next{0};
    std::exception_ptr failure;
    bool stopping = false;
    std::size_t wanted = 1;  ///< threads, the caller included
    std::vector<std::jthread> workers;

    /// The workers end when they are told to; destroying `workers` then waits for them.
    ~State() {
        {
            const std::scoped_lock lock(mutex);
            stopping = true;
        }
        wake.notify_all();
    }

    void start() {
        if (workers.size() + 1 >= wanted) return;
        workers.reserve(wanted - 1);
        try {
            while (workers.size() + 1 < wanted) workers.emplace_back([this] { work(); });
        } catch (const std::system_error&) {
            wanted = workers.size() + 1;  // the machine has no more to give: those made share the work
        }
    }

    void drain() {
        for (std::size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) {
            try {
                (*task)(i);
            } catch (...) {
                const std::scoped_lock lock(mutex);
                if (!failure) failure = std::current_exception();
            }
        }
    }

    void work() {
        std::size_t seen = 0;
        std::unique_lock lock(mutex);
        while (true) {
            wake.wait(lock, [&] { return stopping || generation != seen; });
            if (stopping) return;
            seen = generation;
            lock.unlock();
            drain();
            lock.lock();
            if (--busy == 0) done.notify_one();
        }
    }
};

ThreadPool::ThreadPool(std::size_t threads) : state_(std::make_unique<State>()) {
    state_->wanted = threads == 0 ? std::max(1U, std::thread::hardware_concurrency()) : threads;
}

ThreadPool::~ThreadPool() = default;

void ThreadPool::run(std::size_t count, const std::function<void(std::size_t)>& task) {
    state_->start();
    {
        const std::scoped_lock lock(state_->mutex);
        state_->task = &task;
        state_->count = count;
        state_->next = 0;
        state_->busy = state_->workers.size();
        state_->failure = nullptr;
        ++state_->generation;
    }
    state_->wake.notify_all();
    state_->drain();
    std::unique_lock lock(state_->mutex);
    state_->done.wait(lock, [&] { return state_->busy == 0; });
    if (state_->failure) std::rethrow_exception(state_->failure);
}

std::size_t ThreadPool::threads() const {
    return state_->wanted;
}

}  // namespace scorefield::base
