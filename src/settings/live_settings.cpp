#include "settings/live_settings.hpp"

#include <algorithm>
#include <array>

namespace scorefield::settings {
namespace {

constexpr auto kViewOnly = static_cast<std::uint32_t>(Command::view);

/// Settings of `train` that the viewer uses too. It has no use for those about output files and resuming.
constexpr std::array<std::string_view, 15> kHeeded = {
    "train.conditional", "train.label_dropout", "train.steps",
    "train.batch",       "train.schedule",      "train.final_learning_rate",
    "train.warmup",      "train.learning_rate", "train.weight_decay",
    "train.ema",         "train.clip",          "network.width",
    "network.depth",     "network.features",    "network.input_gain"};

bool is_heeded(std::string_view name) {
    return name == "objective" || name.starts_with("objective.") || std::ranges::find(kHeeded, name) != kHeeded.end();
}

void set_handy_range(Setting& setting) {
    if (setting.name == "train.batch") std::get<IntegerRange>(setting.values).slider_max = 16'384;
    if (setting.name == "train.steps") std::get<IntegerRange>(setting.values).slider_max = 100'000;
    if (setting.name == "network.width") std::get<IntegerRange>(setting.values).slider_max = 256;
    if (setting.name == "network.depth") std::get<IntegerRange>(setting.values).slider_max = 8;
    if (setting.name != "train.learning_rate") return;
    RealRange& range = std::get<RealRange>(setting.values);
    range.slider_max = 0.1;
    range.logarithmic = true;
}

}  // namespace

void add_live_settings(std::vector<Setting>& table) {
    constexpr std::string_view kGroup = "Training";
    for (Setting& setting : table) {
        if (!is_heeded(setting.name)) continue;
        setting.commands |= kViewOnly;
        set_handy_range(setting);
    }
    table.push_back({"train.share", kGroup, RealRange{0, kMaxLiveShare}, "%",
                     "Share of the frame time used for training", kViewOnly,
                     [](Settings& s) -> Slot { return &s.live_share; }});
    table.push_back({"train.samples", kGroup, Choices{{kLiveSamples.begin(), kLiveSamples.end()}}, "",
                     "Samples of the network in training: restart = final samples, drawn again from the same noise "
                     "after each update; continue = particles keep moving while the network changes",
                     kViewOnly, [](Settings& s) -> Slot { return &s.live_samples; }});
    table.push_back({"train.score_error", kGroup, Toggle{}, "",
                     "Map of the score error: distance of the network's score from the exact score of its data, times "
                     "sigma, at the noise level of the particles (for final samples at sigma/alpha = 0.5). Dark: no "
                     "error; bright: 1 or more, no better than a score of zero",
                     kViewOnly, [](Settings& s) -> Slot { return &s.score_error; }});
    table.push_back({"loss.axis", "Plots", Choices{{kLossScales.begin(), kLossScales.end()}}, "",
                     "Axis of the losses: their logarithm, the losses themselves, or the logarithm of their distance "
                     "from the Bayes floor, where that is known",
                     kViewOnly, [](Settings& s) -> Slot { return &s.loss_scale; }});
    table.push_back({"schedule.axis", "Plots", Choices{{kScheduleAxes.begin(), kScheduleAxes.end()}}, "",
                     "Horizontal axis of the plots of the noise schedule: the time of the process, the step of the "
                     "run, or log-snr = log(alpha/sigma)",
                     kViewOnly | Command::schedule, [](Settings& s) -> Slot { return &s.schedule_axis; }});
}

}  // namespace scorefield::settings
