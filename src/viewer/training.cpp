#include "viewer/training.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/text.hpp"
#include "session/painting.hpp"

namespace scorefield::viewer {

TrainingPlan Training::plan_with(const std::vector<float>& painting) const {
    return {plan, plan.data == session::kPainted ? painting : std::vector<float>()};
}

bool Training::plans_another(const std::vector<float>& painting) const {
    return !same_training(plan_with(painting), begun_);
}

void Training::start(const std::vector<float>& painting, const settings::Settings& shown,
                     const render::PictureForm& form) {
    TrainingPlan wanted = plan_with(painting);
    if (preparing() && same_training(wanted, asked_)) return;
    asked_ = wanted;
    const std::string name = "Preparing the training on " + base::shown(plan.data);
    prepared_.ask(name, [this, shown, form, wanted = std::move(wanted)](base::Task& task) {
        return open_training(device_, wanted, shown, form, task);
    });
}

std::optional<JobProgress> Training::preparation() const {
    if (!preparing()) return std::nullopt;
    return progress_of(prepared_);
}

std::vector<JobProgress> Training::jobs() {
    std::vector<JobProgress> jobs;
    if (live.saving()) jobs.push_back(progress_of(live.save_job()));
    if (live.floor_job().wanted()) {
        JobProgress floor = progress_of(live.floor_job());
        floor.cancel_help = "Train without the Bayes floor in the plot";
        floor.cancel = [this] { live.cancel_floor(); };
        jobs.push_back(std::move(floor));
    }
    return jobs;
}

std::optional<RunChange> Training::poll(Messages& messages) {
    const session::LiveTraining::News news = live.poll();
    if (news.saved) {
        const bool written = news.saved->error.empty();
        messages.add(written ? Message{MessageKind::info, fmt::format("saved {}", news.saved->path.string())}
                             : Message{MessageKind::error, news.saved->error},
                     "save");
    }
    messages.add({MessageKind::error, news.divergence}, "training");
    auto prepared = prepared_.poll();
    if (!prepared) return std::nullopt;
    if (!prepared->result) {
        messages.add({MessageKind::error, prepared->error}, "training");
        return std::nullopt;
    }
    begun_ = asked_;
    live.begin(std::move(prepared->result->training));
    return std::move(prepared->result);
}

void Training::save(const std::filesystem::path& path, Messages& messages) {
    std::string refusal;
    if (!save_guard_.allows(path, refusal)) {
        messages.add({MessageKind::warning, std::move(refusal)}, "save");
    } else if (!live.save(path)) {
        messages.add({MessageKind::warning, "An earlier model is still being written: press Save again later"}, "save");
    }
}

}  // namespace scorefield::viewer
