#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/error.hpp"

namespace scorefield::base {

/// What `Task::step` throws in work that nobody wants any more.
struct Cancelled {};

/// A piece of work as the work itself sees it. Safe to use from several threads.
class Task {
  public:
    /// Counts one more step. Throws Cancelled where the work is no longer wanted.
    void step() {
        if (cancelled_) throw Cancelled();
        ++steps_;
    }
    std::uint64_t steps() const { return steps_; }
    void cancel() { cancelled_ = true; }
    bool cancelled() const { return cancelled_; }

  private:
    std::atomic<bool> cancelled_ = false;
    std::atomic<std::uint64_t> steps_ = 0;
};

/// Lets the other threads of the process run before the calling one and those that it starts.
void yield_to_other_threads();

/// Work beside the frames, one piece at a time. What is asked for last counts: it cancels the piece under way and
/// begins when that has ended. The end waits for the piece under way.
template <class Result>
class BackgroundJob {
  public:
    using Work = std::function<Result(Task&)>;
    /// What a piece that was not cancelled came to: a result or an error.
    struct Outcome {
        std::optional<Result> result;
        std::string error;                       ///< what the work threw, as error_line says it; empty: nothing
        std::exception_ptr exception = nullptr;  ///< the same, to be thrown again
    };

    BackgroundJob() = default;
    ~BackgroundJob() { cancel(); }
    BackgroundJob(const BackgroundJob&) = delete;
    BackgroundJob& operator=(const BackgroundJob&) = delete;

    /// `name`: what is being done, for the user.
    void ask(std::string name, Work work) {
        cancel();
        name_ = std::move(name);
        asked_ = Clock::now();
        if (busy()) {
            waiting_ = std::move(work);
        } else {
            begin(std::move(work));
        }
    }
    /// Nothing that was asked for is wanted any more.
    void cancel() {
        waiting_ = nullptr;
        if (task_) task_->cancel();
    }

    /// Something that is wanted is under way or waits.
    bool wanted() const { return waiting_ != nullptr || (busy() && !task_->cancelled()); }
    /// Something waits for a cancelled piece to end.
    bool waiting() const { return waiting_ != nullptr; }
    const std::string& name() const { return name_; }
    /// How long ago it was asked for, and how many steps it has done.
    double seconds() const { return std::chrono::duration<double>(Clock::now() - asked_).count(); }
    std::uint64_t steps() const { return task_ && !waiting() ? task_->steps() : 0; }

    /// Waits until nothing is under way.
    void wait() {
        if (busy()) under_way_.wait();
    }

    /// The outcome of what is wanted, once it has come to its end; never waits. What was waiting begins.
    std::optional<Outcome> poll() {
        if (!busy() || under_way_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return std::nullopt;
        Outcome outcome;
        bool cancelled = task_->cancelled();
        try {
            outcome.result = under_way_.get();
        } catch (const Cancelled&) {
            cancelled = true;
        } catch (const std::exception& error) {
            outcome.error = error_line(error);
            outcome.exception = std::current_exception();
        }
        if (waiting_) begin(std::exchange(waiting_, nullptr));
        if (cancelled) return std::nullopt;
        return outcome;
    }

  private:
    using Clock = std::chrono::steady_clock;

    bool busy() const { return under_way_.valid(); }

    void begin(Work work) {
        task_ = std::make_shared<Task>();
        under_way_ = std::async(std::launch::async, [work = std::move(work), task = task_] { return work(*task); });
    }

    std::string name_;
    Clock::time_point asked_;
    std::shared_ptr<Task> task_;
    std::future<Result> under_way_;
    Work waiting_;
};

}  // namespace scorefield::base
