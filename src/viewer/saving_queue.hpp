#pragma once

#include <deque>
#include <functional>
#include <string>
#include <utility>

#include "base/background_job.hpp"
#include "viewer/context.hpp"

namespace scorefield::viewer {

/// Writes files one after the other in a background job. Each has a name of its own, which is decided when it is
/// written.
template <class Content>
class SavingQueue {
  public:
    /// `name`: of the job. `write` writes the content and returns where.
    SavingQueue(std::string name, std::function<std::string(Content)> write)
        : name_(std::move(name)), write_(std::move(write)) {}

    void add(Content content) { wanted_.push_back(std::move(content)); }

    /// Says what has been saved, begins to write the next, and shows the job. Call it every frame.
    void update(Context& context) {
        if (const auto outcome = written_.poll()) {
            context.messages.add(outcome->result ? Message{MessageKind::info, "saved " + *outcome->result}
                                                 : Message{MessageKind::error, outcome->error});
        }
        write_next();
        if (written_.wanted()) context.jobs.push_back(progress_of(written_));
    }

    /// Writes what is left, and waits for it.
    void finish() {
        do {
            written_.wait();
            written_.poll();
            write_next();
        } while (written_.wanted());
    }

  private:
    void write_next() {
        if (wanted_.empty() || written_.wanted()) return;
        written_.ask(name_, [write = write_, content = std::move(wanted_.front())](base::Task& /*task*/) mutable {
            return write(std::move(content));
        });
        wanted_.pop_front();
    }

    std::string name_;
    std::function<std::string(Content)> write_;
    std::deque<Content> wanted_;
    base::BackgroundJob<std::string> written_;
};

}  // namespace scorefield::viewer
