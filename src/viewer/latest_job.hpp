#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <future>
#include <new>
#include <optional>
#include <string>
#include <utility>

namespace scorefield::viewer {

/// Work beside the frames, one piece at a time. Of what is asked for meanwhile the latest alone waits for its turn. The
/// end waits for the piece under way.
template <class Result>
class LatestJob {
  public:
    using Work = std::function<Result()>;
    struct Outcome {
        std::optional<Result> result;
        std::string error;  ///< what the work threw; empty: nothing
    };

    void ask(Work work) {
        if (busy()) {
            waiting_ = std::move(work);
        } else {
            begin(std::move(work));
        }
    }
    bool busy() const { return under_way_.valid(); }
    /// Something waits for the piece under way.
    bool waiting() const { return static_cast<bool>(waiting_); }

    /// What has come to its end since the last call, if anything; never waits. What was waiting begins.
    std::optional<Outcome> poll() {
        if (!busy() || under_way_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return std::nullopt;
        Outcome outcome;
        try {
            outcome.result = under_way_.get();
        } catch (const std::bad_alloc&) {
            outcome.error = "not enough memory";
        } catch (const std::exception& error) {
            outcome.error = error.what();
        }
        if (waiting_) begin(std::exchange(waiting_, nullptr));
        return outcome;
    }

  private:
    void begin(Work work) { under_way_ = std::async(std::launch::async, std::move(work)); }

    std::future<Result> under_way_;
    Work waiting_;
};

}  // namespace scorefield::viewer
