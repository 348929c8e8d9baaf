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

void Training::start(const std::vector<float>& painting, const settings::Settings& shown, VkExtent2D extent) {
    TrainingPlan wanted = plan_with(painting);
    if (preparing() && same_training(wanted, asked_)) return;
    asked_ = wanted;
    const std::string name = "Preparing the training on " + base::shown(plan.data);
    prepared_.ask(name, [this, shown, extent, wanted = std::move(wanted)](base::Task& task) {
        return open_training(device_, wanted, shown, extent, task);
    });
}

std::optional<ChangeProgress> Training::progress() const {
    if (!preparing()) return std::nullopt;
    return ChangeProgress{prepared_.name(), prepared_.steps(), prepared_.seconds()};
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
