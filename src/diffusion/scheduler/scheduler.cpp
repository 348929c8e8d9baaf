#include "diffusion/scheduler/scheduler.hpp"

#include <algorithm>

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
        const bool whole = name.ends_with("Pipeline") || name.ends_with("Model");
        config.refuse("_class_name", "unknown scheduler '" + base::shown(name) + "'",
                      whole ? "give scheduler/scheduler_config.json of the model's folder"
                            : base::name_hint(name, scheduler_names()));
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
