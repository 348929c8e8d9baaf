#include "settings/pane_settings.hpp"

#include <gmock/gmock.h>

#include <random>

#include "base/error.hpp"
#include "base/scratch.hpp"
#include "cli/command_line.hpp"
#include "settings/command_text.hpp"
#include "settings/said.hpp"
#include "settings/scene_file.hpp"

namespace scorefield::settings {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

Settings with_pane(Settings first, const std::string& flags) {
    first.panes[0] = flags;
    return pane_settings(first, 0);
}

TEST(PaneSettings, DifferInWhatTheirFlagsSay) {
    const Settings first = said({{"sampler", "heun"}, {"steps", "30"}, {"seed", "7"}}, Command::view);
    const Settings pane = with_pane(first, "--sampler ddpm  --steps=100 --target 'mixture_a'");
    EXPECT_EQ(pane.sampler.name, "ddpm");
    EXPECT_EQ(pane.steps, 100);
    EXPECT_EQ(pane.target, "mixture_a");
    EXPECT_EQ(pane.seed, 7U);
    EXPECT_EQ(value_text(with_pane(first, "same"), *find_setting("sampler")), "heun");
}

TEST(PaneSettings, LeaveOutWhatBelongsToAnotherSampler) {
    const Settings first = said({{"sampler", "ddim"}, {"sampler.eta", "0.5"}, {"steps", "9"}}, Command::view);
    EXPECT_EQ(value_text(with_pane(first, "--sampler heun"), *find_setting("sampler.eta")), "");
    EXPECT_EQ(value_text(with_pane(first, "--steps 3"), *find_setting("sampler.eta")), "0.5");
    EXPECT_EQ(value_text(with_pane(first, "--sampler.eta default"), *find_setting("sampler.eta")), "");
    const Settings program = said({{"program", "p.json"}}, Command::view);
    EXPECT_EQ(with_pane(program, "--sampler heun").program, "");
}

TEST(PaneSettings, KeepQuotedWordsTogether) {
    const Settings pane = with_pane({}, R"(--target "gmm my\"file.json" --init 'a b.npy' --model c\ d)");
    EXPECT_EQ(pane.target, "gmm my\"file.json");
    EXPECT_EQ(pane.init, "a b.npy");
    EXPECT_EQ(pane.model, "c d");
}

TEST(PaneSettings, AreRefusedWithTheNameOfThePane) {
    Settings first;
    const auto refuses = [&](const std::string& flags, const std::string& why) {
        first.panes[2] = flags;
        EXPECT_THAT([&] { pane_settings(first, 2); },
                    ThrowsMessage<base::Error>(testing::AllOf(HasSubstr("`pane.4`"), HasSubstr(why))))
            << flags;
    };
    refuses("ddpm", "is no flag");
    refuses("--steps 3 4", "is no flag");
    refuses("--sampler", "nothing follows");
    refuses("--sampler --steps 3", "nothing follows");
    refuses("--steps 3 --steps=4", "twice");
    refuses("--smapler ddpm", "did you mean --sampler");
    refuses("--width 30", "cannot differ");
    refuses("--out a.png", "cannot differ");
    refuses("--trajectory a.npy", "cannot differ");
    refuses("--pane.2 same", "cannot differ");
    refuses("--scene a.json", "cannot differ");
    refuses("--steps many", "`steps`");
    refuses("--steps 0", "`steps`");
    refuses("--target 'gmm", "not closed");
    refuses("  ", "empty");
}

/// Random values of all kinds of settings, in both.
TEST(PaneSettings, AreDescribedByTheirFlags) {
    std::mt19937 draw(11);
    const std::vector<std::pair<const char*, std::vector<std::string>>> kValues = {
        {"sampler", {"ddim", "ddpm", "heun", "gamma", "edm_stochastic"}},
        {"sampler.eta", {"0.25", "1"}},
        {"sampler.gamma", {"0.5"}},
        {"steps", {"5", "50", "1000"}},
        {"spacing", {"karras", "leading", "quadratic"}},
        {"timesteps", {"900,400,10"}},
        {"program", {"my program.json"}},
        {"particles", {"17", "4096"}},
        {"seed", {"1", "2"}},
        {"target", {"gaussian", "gmm it's.json", "mixture_a"}},
        {"target.variance", {"0.5"}},
        {"dim", {"1", "3"}},
        {"process", {"vp", "ve", "edm"}},
        {"class", {"0", "4"}},
        {"init", {"prior", "exact"}},
        {"noise", {"path"}},
        {"prediction", {"x0", "v"}}};
    const auto draw_settings = [&] {
        Settings settings;
        settings.command = Command::view;
        for (const auto& [name, values] : kValues) {
            if (draw() % 3 == 0) assign(settings, *find_setting(name), values[draw() % values.size()]);
        }
        return settings;
    };
    for (int round = 0; round < 200; ++round) {
        Settings first = draw_settings();
        const Settings pane = draw_settings();
        first.panes[1] = pane_flags(first, pane);
        const Settings read = pane_settings(first, 1);
        for (const auto& [name, values] : kValues) {
            const Setting& setting = *find_setting(name);
            EXPECT_EQ(value_text(read, setting), value_text(pane, setting)) << name << " of " << first.panes[1];
        }
    }
    EXPECT_EQ(pane_flags({}, {}), "same");
}

TEST(PaneSettings, PassThroughCommandLinesAndScenes) {
    const std::string flags = "--sampler ddpm --steps 100";
    const Settings settings = cli::parse_command_line({"view", "--pane.3", flags}).settings;
    EXPECT_EQ(settings.panes[1], flags);
    EXPECT_EQ(pane_count(settings), 2U);
    EXPECT_EQ(command_text(settings), "scorefield --pane.3 '" + flags + "'");
    const base::ScratchFolder folder;
    write_scene(settings, folder / "scene.json");
    EXPECT_EQ(cli::parse_command_line({"render", "--out", "a.png", "--scene", (folder / "scene.json").string()})
                  .settings.panes[1],
              flags);
    EXPECT_THAT(([] {
                    cli::parse_command_line({"view", "--pane.2", "--quiet"});
                }),
                ThrowsMessage<base::Error>(HasSubstr("missing value")));
}

}  // namespace
}  // namespace scorefield::settings
