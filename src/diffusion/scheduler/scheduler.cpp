#include "diffusion/scheduler/scheduler.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/names.hpp"
#include "base/text.hpp"
#include "diffusion/scheduler/family.hpp"

namespace scorefield::diffusion {
namespace {

const std::vector<SchedulerClass>& classes() {
    static const std::vector<SchedulerClass> all = [] {
        std::vector<SchedulerClass> joined;
        for (const auto& family :
             {level_schedulers(), sigma_schedulers(), multistep_schedulers(), plain_schedulers()}) {
            joined.insert(joined.end(), family.begin(), family.end());
        }
        return joined;
    }();
    return all;
}

constexpr std::string_view kSuffix = "Scheduler";

/// A class without the suffix, even if that is misspelt; all share it, so it says nothing of how close two are.
std::string_view stem_of(std::string_view name) {
    constexpr std::size_t kShortest = 6;
    static constexpr std::array<std::string_view, 1> kSuffixes = {kSuffix};
    const std::size_t start = std::min(name.find_last_of("Ss"), name.size());
    const std::string_view tail = name.substr(start);
    return tail.size() >= kShortest && !base::nearest_name(tail, kSuffixes).empty() ? name.substr(0, start) : name;
}

/// All classes, each ending said once: `known, before Scheduler: DDIM, DDPM; before DiscreteScheduler: Euler`.
std::string known_classes() {
    constexpr std::array<std::string_view, 3> kEndings = {"DiscreteScheduler", "MultistepScheduler", kSuffix};
    std::array<std::string, kEndings.size()> lists;
    for (const SchedulerClass& known : classes()) {
        const auto ending = std::ranges::find_if(kEndings, [&](auto end) { return known.name.ends_with(end); });
        std::string& list = lists.at(static_cast<std::size_t>(ending - kEndings.begin()));
        list += (list.empty() ? "" : ", ") + std::string(known.name.substr(0, known.name.size() - ending->size()));
    }
    return fmt::format("known, before {}: {}; before {}: {}; before {}: {}", kEndings[2], lists[2], kEndings[0],
                       lists[0], kEndings[1], lists[1]);
}

std::string hint_for_class(const std::string& name) {
    if (name.ends_with("Pipeline") || name.ends_with("Model")) {
        return "give scheduler/scheduler_config.json of the model's folder";
    }
    // They only offer to step many timesteps at once besides.
    if (name == "DDIMParallelScheduler") return "its steps are those of DDIMScheduler: set _class_name to this";
    if (name == "DDPMParallelScheduler") return "its steps are those of DDPMScheduler: set _class_name to this";
    std::vector<std::string_view> stems;
    for (const SchedulerClass& known : classes()) stems.push_back(stem_of(known.name));
    const std::string nearest = base::nearest_name(stem_of(name), stems);
    return (nearest.empty() ? "" : fmt::format("did you mean '{}{}'? ", nearest, kSuffix)) + known_classes();
}

}  // namespace

std::vector<std::string_view> scheduler_names() {
    std::vector<std::string_view> names;
    for (const SchedulerClass& known : classes()) names.push_back(known.name);
    return names;
}

Program program_from_scheduler(const std::string& json, const std::string& where, int steps,
                               const SchedulerOptions& options) {
    SchedulerConfig config(json, where, options);
    const auto found = std::ranges::find(classes(), config.class_name(), &SchedulerClass::name);
    if (found == classes().end()) {
        const std::string& name = config.class_name();
        config.refuse("_class_name", "unknown scheduler '" + base::shown(name) + "'", hint_for_class(name));
    }
    std::vector<std::string_view> others;
    for (const SchedulerClass& other : classes()) others.insert(others.end(), other.fields.begin(), other.fields.end());
    std::ranges::sort(others);
    others.erase(std::unique(others.begin(), others.end()), others.end());
    config.keep_fields(found->fields, others);
    require_shift(config);
    Program program = found->build(config, steps);
    program.scheduler = config.class_name();
    return program;
}

}  // namespace scorefield::diffusion
