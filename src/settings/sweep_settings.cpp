#include "settings/sweep_settings.hpp"

#include "settings/texts.hpp"

namespace scorefield::settings {
namespace {

constexpr std::uint32_t kMaxSeeds = 10'000;

}  // namespace

void add_sweep_settings(std::vector<Setting>& table) {
    constexpr std::string_view kGroup = "Sweep";
    constexpr auto kSweepOnly = static_cast<std::uint32_t>(Command::sweep);
    table.push_back(
        {"samplers", kGroup, Text{"A,B"}, "",
         "Samplers to compare, separated by commas. Each sampler parameter applies to the samplers that take it",
         kSweepOnly, [](Settings& s) -> Slot { return &s.samplers; }, "some that suit the process"});
    table.push_back({"steps-list", kGroup, Text{"N,M"}, "", "Numbers of sampling steps, separated by commas",
                     kSweepOnly, [](Settings& s) -> Slot { return &s.steps_list; }, kDefaultStepsList});
    table.push_back(
        {"spacings", kGroup, Text{"K,L"}, "",
         "Timestep spacings, separated by commas. Each spacing parameter applies to the spacings that take it",
         kSweepOnly, [](Settings& s) -> Slot { return &s.spacings; }, diffusion::kAutomatic});
    table.push_back({"seeds", kGroup, IntegerRange{1, kMaxSeeds}, "seeds",
                     "Seeds of every run: `seed` and those that follow it. The figure shows the mean", kSweepOnly,
                     [](Settings& s) -> Slot { return &s.seeds; }});
    table.push_back({"figure", kGroup, Text{.form = "FILE.png|FILE.svg", .written = true}, "",
                     "Also draw the error against the evaluations, beside what `out` writes", kSweepOnly,
                     [](Settings& s) -> Slot { return &s.figure; }, "none"});
    table.push_back({"distance", kGroup, choices(kSweepDistances), "", "Distance that the figure shows", kSweepOnly,
                     [](Settings& s) -> Slot { return &s.distance; }});
}

}  // namespace scorefield::settings
