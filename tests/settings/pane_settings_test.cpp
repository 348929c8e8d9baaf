#include "settings/pane_settings.hpp"

#include <gmock/gmock.h>

#include <random>

#include "base/error.hpp"
#include "base/scratch.hpp"
#include "cli/command_line.hpp"
#include "model/model.hpp"
#include "settings/command_text.hpp"
#include "settings/resolve.hpp"
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

/// The first pane and those beside it, as they would run.
std::vector<sample::SamplingSpec> specs_of(const Settings& settings) {
    const model::Model model = open_model(settings);
    std::vector<sample::SamplingSpec> specs = {sampling_spec(settings, model)};
    for (std::size_t i = 0; i + 1 < pane_count(settings); ++i) {
        specs.push_back(sampling_spec(pane_settings(settings, i), model));
    }
    return specs;
}

TEST(PaneSettings, MakeABranchOfAnotherPane) {
    Settings first =
        said({{"target", "mixture_d"}, {"sampler", "heun"}, {"steps", "12"}, {"seed", "4"}}, Command::view);
    first.panes[0] = "--branch 7 --sampler ddpm --steps 30 --seed 5";
    first.panes[1] = "--branch 0 --branch.pane 4";
    first.panes[2] = "--steps 9";
    const std::vector<sample::SamplingSpec> specs = specs_of(first);
    sample::SamplingSpec trunk = specs[1];
    trunk.branch.reset();
    EXPECT_EQ(trunk, specs[0]);
    ASSERT_TRUE(specs[1].branch);
    EXPECT_EQ(specs[1].branch->step, 7);
    EXPECT_EQ(specs[1].branch->sampler.name, "ddpm");
    EXPECT_EQ(specs[1].branch->steps, 30);
    EXPECT_EQ(specs[1].branch->seed, 5U);
    EXPECT_EQ(specs[2].steps, 9);
    ASSERT_TRUE(specs[2].branch);
    EXPECT_EQ(specs[2].branch->steps, 12);
}

TEST(PaneSettings, RefuseABranchWithoutTrunk) {
    const auto refuses = [](const std::vector<std::string>& panes, const std::string& why,
                            const char* of_first = nullptr) {
        Settings first = said({{"target", "mixture_d"}}, Command::view);
        for (std::size_t i = 0; i < panes.size(); ++i) first.panes[i] = panes[i];
        if (of_first != nullptr) assign(first, *find_setting("branch"), of_first);
        EXPECT_THAT([&] { specs_of(first); }, ThrowsMessage<base::Error>(HasSubstr(why))) << why;
    };
    refuses({}, "pane 1 is a branch itself", "3");
    refuses({"--steps 20"}, "pane 1 is a branch itself", "3");
    refuses({"--branch 3 --branch.pane 3"}, "there is no `pane.3`");
    refuses({"--branch 3 --branch.pane 2"}, "pane 2 is a branch itself");
    refuses({"--branch 3", "--branch 3 --branch.pane 2"}, "pane 2 is a branch itself");
    refuses({"--branch.pane 2"}, "there is no `branch`");
    refuses({"--branch 3 --target gaussian"}, "`target`");
    refuses({"--branch 3 --process ve"}, "`process`");
    refuses({"--branch 3 --particles 5"}, "`particles`");
    refuses({"--branch 3 --init prior"}, "`init`");
    refuses({"--branch 3 --program p.json"}, "`program`");
}

TEST(PaneSettings, ExchangeWithoutAChangeOfWhatPanesShow) {
    const std::vector<std::string> panes = {"--branch 7 --sampler ddpm", "--steps 20", "--branch 11 --branch.pane 3"};
    const Settings first = said({{"target", "mixture_d"}, {"sampler", "heun"}, {"steps", "12"}}, Command::view);
    for (std::size_t pane = 0; pane < 3; ++pane) {
        Settings settings = first;
        for (std::size_t i = 0; i < 3; ++i) settings.panes[i] = panes[i];
        const std::vector<sample::SamplingSpec> before = specs_of(settings);
        std::vector<sample::SamplingSpec> expected = before;
        std::swap(expected[0], expected[pane + 1]);
        exchange_pane(settings, pane);
        EXPECT_EQ(specs_of(settings), expected) << settings.panes[pane];
        exchange_pane(settings, pane);
        EXPECT_EQ(specs_of(settings), before) << settings.panes[pane];
    }
}

TEST(PaneSettings, KeepTheirTrunksWhereAGapIsClosed) {
    Settings settings = said({{"target", "mixture_d"}, {"steps", "12"}}, Command::view);
    settings.panes = {"", "--steps 20", "--branch 11 --branch.pane 3"};
    const Settings branch = pane_settings(settings, 2);
    close_gaps(settings);
    EXPECT_EQ(settings.panes[0], "--steps 20");
    EXPECT_EQ(settings.panes[2], "");
    const Settings moved = pane_settings(settings, 1);
    EXPECT_EQ(moved.branch, 11);
    EXPECT_EQ(moved.branch_pane, 2);
    EXPECT_EQ(moved.trunk->steps, branch.trunk->steps);
    settings.panes = {"", "no flag", ""};
    close_gaps(settings);
    EXPECT_EQ(settings.panes[0], "no flag");
}

TEST(PaneSettings, LeaveWholeRunsWhereTheTrunkIsRemoved) {
    Settings settings = said({{"target", "mixture_d"}, {"sampler", "heun"}, {"steps", "12"}}, Command::view);
    settings.panes = {"--branch 7 --sampler ddpm", "--steps 20", "--branch 11 --branch.pane 3"};
    const std::vector<sample::SamplingSpec> before = specs_of(settings);
    remove_pane(settings, 0);
    EXPECT_EQ(specs_of(settings), (std::vector{before[0], before[2], before[3]}));
    remove_pane(settings, 0);
    EXPECT_EQ(settings.panes[0], "same");
    settings.panes[1] = "--branch 5";
    exchange_pane(settings, 1);
    remove_pane(settings, 1);
    EXPECT_FALSE(settings.branch);
    EXPECT_EQ(specs_of(settings), (std::vector{before[0], before[0]}));
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
