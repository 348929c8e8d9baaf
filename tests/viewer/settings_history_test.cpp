#include "viewer/settings_history.hpp"

#include <gtest/gtest.h>

#include "tests/settings/other_value.hpp"

namespace scorefield::viewer {
namespace {

using settings::Settings;

Settings with_steps(int steps) {
    Settings settings;
    settings.steps = steps;
    return settings;
}

TEST(SettingsHistory, UndoesAndRedoesEverySettingOfTheTable) {
    for (const settings::Setting& setting : settings::setting_table()) {
        Settings other;
        ASSERT_TRUE(settings::give_other_value(other, setting)) << setting.name;
        for (const bool of_plan : {false, true}) {
            SettingsHistory history;
            history.note({}, {});
            history.note(of_plan ? Settings() : other, of_plan ? other : Settings());
            ASSERT_EQ(history.steps(), 1U) << setting.name;
            const auto undone = history.undo();
            ASSERT_TRUE(undone) << setting.name;
            const auto redone = history.redo();
            ASSERT_TRUE(redone) << setting.name;
            for (const settings::Setting& each : settings::setting_table()) {
                EXPECT_TRUE(settings::same_value(undone->shown, {}, each)) << setting.name;
                EXPECT_TRUE(settings::same_value(undone->plan, {}, each)) << setting.name;
                EXPECT_TRUE(settings::same_value(of_plan ? redone->plan : redone->shown, other, each)) << setting.name;
            }
            EXPECT_NE(differences_text(*undone, *redone).find(setting.name), std::string::npos) << setting.name;
        }
    }
}

TEST(SettingsHistory, TakesADragAsOneStep) {
    SettingsHistory history;
    history.note(with_steps(50), {});
    for (const int steps : {51, 60, 70}) {
        history.note(with_steps(steps), {}, true);
        history.amend(with_steps(steps), {});
    }
    EXPECT_EQ(history.steps(), 0U);
    history.note(with_steps(70), {});
    EXPECT_EQ(history.steps(), 1U);
    EXPECT_EQ(history.undo()->shown.steps, 50);
}

TEST(SettingsHistory, ForgetsWhatCouldBeRedoneAfterAnotherChange) {
    SettingsHistory history;
    for (const int steps : {50, 60, 70}) history.note(with_steps(steps), {});
    EXPECT_EQ(history.undo()->shown.steps, 60);
    history.note(with_steps(60), {});
    history.note(with_steps(65), {});
    EXPECT_FALSE(history.redo());
    EXPECT_EQ(history.undo()->shown.steps, 60);
    EXPECT_EQ(history.undo()->shown.steps, 50);
    EXPECT_FALSE(history.undo());
}

TEST(SettingsHistory, LeavesOutAChangeThatTheViewerHasTakenBack) {
    SettingsHistory history;
    for (const int steps : {50, 60, 70}) history.note(with_steps(steps), {});
    history.amend(with_steps(60), {});
    EXPECT_EQ(history.undo()->shown.steps, 50) << "70 could not be shown";
    history.amend(with_steps(60), {});
    EXPECT_FALSE(history.redo()) << "50 could not be shown either, and 60 is shown";
}

TEST(SettingsHistory, KeepsTheTitleThatBelongsToTheValues) {
    SettingsHistory history;
    Settings scene = with_steps(20);
    scene.title = "Scene";
    history.note({}, {});
    history.note(scene, {});
    Settings changed = scene;
    changed.steps = 30;
    history.note(changed, {});
    changed.title.clear();
    history.amend(changed, {});
    changed.steps = 40;
    history.note(changed, {});
    EXPECT_EQ(history.undo()->shown.title, "");
    EXPECT_EQ(history.undo()->shown.title, "Scene");
}

TEST(SettingsHistory, ForgetsTheOldestOfManySteps) {
    SettingsHistory history;
    constexpr auto kMost = static_cast<int>(SettingsHistory::kMost);
    for (int steps = 1; steps <= kMost + 10; ++steps) history.note(with_steps(steps), {});
    EXPECT_EQ(history.steps(), SettingsHistory::kMost);
    std::optional<ControlValues> last;
    while (const auto undone = history.undo()) last = undone;
    EXPECT_EQ(last->shown.steps, 10);
}

TEST(DifferencesText, NamesThreeAndCountsTheRest) {
    Settings other = with_steps(20);
    other.sampler.name = "ddpm";
    EXPECT_EQ(differences_text({{}, {}}, {other, {}}), "sampler ddim → ddpm, steps 50 → 20");
    other.sampler.eta = 0.5;
    other.seed = 3;
    other.loop = false;
    EXPECT_EQ(differences_text({{}, {}}, {other, {}}),
              "sampler ddim → ddpm, sampler.eta default → 0.5, steps 50 → 20 and 2 more");
}

}  // namespace
}  // namespace scorefield::viewer
