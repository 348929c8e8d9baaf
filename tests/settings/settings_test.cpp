#include "settings/settings.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "tests/settings/other_value.hpp"

namespace scorefield::settings {
namespace {

std::string refusal(const char* name, const std::string& text) {
    Settings settings;
    try {
        assign(settings, *find_setting(name), text);
    } catch (const base::Error& error) {
        EXPECT_EQ(error.exit_status(), 2);
        return error.what();
    }
    ADD_FAILURE() << name << " took '" << text << "'";
    return {};
}

TEST(SettingTable, NamesAreUniqueAndEverySettingIsDescribed) {
    std::set<std::string_view> names;
    for (const Setting& setting : setting_table()) {
        EXPECT_TRUE(names.insert(setting.name).second) << setting.name;
        EXPECT_FALSE(setting.help.empty()) << setting.name;
        EXPECT_FALSE(setting.group.empty()) << setting.name;
        EXPECT_FALSE(commands_text(setting).empty()) << setting.name;
        EXPECT_EQ(setting.required & ~setting.commands, 0U) << setting.name;
    }
}

TEST(SettingTable, HasEveryParameterOfEverySamplerWithItsHelp) {
    std::set<std::string> flags;
    for (const diffusion::SamplerInfo& info : diffusion::samplers()) {
        for (const diffusion::SamplerParameter& parameter : info.parameters) {
            const std::string name = "sampler." + std::string(parameter.name);
            flags.insert(name);
            const Setting* const setting = find_setting(name);
            ASSERT_NE(setting, nullptr) << name;
            if (parameter.help == diffusion::kOfPredictor) continue;
            EXPECT_NE(setting->help.find(parameter.help.substr(1)), std::string_view::npos)
                << name << ": " << info.name;
            const std::string preset = diffusion::preset_text(parameter);
            const bool said = setting->unset == preset || setting->help.find(preset) != std::string_view::npos;
            EXPECT_TRUE(said) << name << ": " << info.name;
        }
        for (const std::string_view variant : info.variants) {
            Settings settings;
            EXPECT_NO_THROW(assign(settings, *find_setting("sampler.variant"), std::string(variant)));
        }
    }
    for (const Setting& setting : setting_table()) {
        if (!setting.name.starts_with("sampler.")) continue;
        EXPECT_TRUE(flags.contains(std::string(setting.name))) << setting.name;
    }
}

TEST(SettingTable, DefaultsAreValuesThatCanBeSaid) {
    for (const Setting& setting : setting_table()) {
        const std::string standard = value_text(Settings{}, setting);
        if (std::holds_alternative<Flag>(setting.values)) continue;
        if (standard.empty() || (standard == "0" && !setting.unset.empty())) continue;
        Settings settings;
        EXPECT_NO_THROW(assign(settings, setting, standard)) << setting.name;
        EXPECT_EQ(value_text(settings, setting), standard) << setting.name;
    }
}

TEST(SettingTable, EveryChoiceReachesItsOwnSlotAndComesBack) {
    for (const Setting& setting : setting_table()) {
        const Choices* choices = std::get_if<Choices>(&setting.values);
        if (choices == nullptr) continue;
        for (const std::string_view name : choices->names) {
            Settings settings;
            assign(settings, setting, std::string(name));
            EXPECT_EQ(value_text(settings, setting), name) << setting.name;
            for (const Setting& other : setting_table()) {
                if (&other == &setting) continue;
                EXPECT_EQ(value_text(settings, other), value_text(Settings{}, other)) << setting.name;
            }
        }
    }
}

TEST(SettingTable, RangesHoldTheirEndsAndNothingBeyond) {
    for (const Setting& setting : setting_table()) {
        Settings settings;
        if (const IntegerRange* range = std::get_if<IntegerRange>(&setting.values)) {
            EXPECT_NO_THROW(assign(settings, setting, std::to_string(range->low))) << setting.name;
            EXPECT_NO_THROW(assign(settings, setting, std::to_string(range->high))) << setting.name;
            EXPECT_EQ(value_text(settings, setting), std::to_string(range->high)) << setting.name;
            EXPECT_THROW(assign(settings, setting, "-1"), base::Error) << setting.name;
            EXPECT_THROW(assign(settings, setting, "18446744073709551616"), base::Error) << setting.name;
        }
        if (const RealRange* range = std::get_if<RealRange>(&setting.values)) {
            EXPECT_NO_THROW(assign(settings, setting, fmt::to_string(range->high))) << setting.name;
            EXPECT_THROW(assign(settings, setting, fmt::to_string(range->low - 1)), base::Error) << setting.name;
            EXPECT_THROW(assign(settings, setting, fmt::to_string(range->high + 1)), base::Error) << setting.name;
            if (!range->open_low) continue;
            EXPECT_THROW(assign(settings, setting, fmt::to_string(range->low)), base::Error) << setting.name;
        }
    }
}

TEST(SettingTable, HasTheRangesThatSamplersAndSpacingsCheck) {
    int ranges = 0;
    for (const Setting& setting : setting_table()) {
        const std::string_view name = setting.name.substr(setting.name.find('.') + 1);
        const diffusion::ParameterValues* values = nullptr;
        if (setting.name.starts_with("sampler.")) values = diffusion::sampler_parameter_values(name);
        if (setting.name.starts_with("spacing.")) values = &diffusion::spacing_parameter_values(name);
        if (values == nullptr || !values->choices.empty()) continue;
        const double highest = std::min(values->high, diffusion::kMaxSamplerValue);
        if (const IntegerRange* whole = std::get_if<IntegerRange>(&setting.values)) {
            EXPECT_EQ(static_cast<double>(whole->low), values->low) << setting.name;
            EXPECT_EQ(static_cast<double>(whole->high), highest) << setting.name;
        } else {
            const RealRange& range = std::get<RealRange>(setting.values);
            EXPECT_EQ(range.low, values->low) << setting.name;
            EXPECT_EQ(range.high, highest) << setting.name;
            EXPECT_EQ(range.open_low, values->open_low) << setting.name;
        }
        ++ranges;
    }
    EXPECT_GE(ranges, 23);
}

TEST(Assign, RefusesWhatIsNoNumber) {
    for (const char* text : {"", "x", "1x", "1.5", " 1", "1 ", "+1", "0x10", "1e3", "--1", "-", "١"}) {
        EXPECT_NE(refusal("steps", text).find("(`steps`): not a whole number"), std::string::npos) << text;
    }
    for (const char* text : {"", "x", "1x", "0.5 ", " 0.5", "+0.5", "nan", "inf", "-inf", "0,5", "--1"}) {
        EXPECT_NE(refusal("sampler.eta", text).find("(`sampler.eta`): not a number"), std::string::npos) << text;
    }
}

TEST(Assign, NamesTheRangeAndTheNearestChoice) {
    EXPECT_EQ(refusal("steps", "0"), "value out of range (`steps`): 0 is below 1; give 1 … 1000000 steps");
    EXPECT_EQ(refusal("steps", "-5"), "value out of range (`steps`): -5 is below 1; give 1 … 1000000 steps");
    EXPECT_EQ(refusal("sampler.eta", "1e999"),
              "value out of range (`sampler.eta`): 1e999 does not fit a double; give 0 … 1");
    EXPECT_EQ(refusal("sampler.clip", "0"),
              "value out of range (`sampler.clip`): 0 is not above 0; give > 0, at most 1000000");
    EXPECT_EQ(refusal("sampler", "dimm").find("unknown sampler 'dimm' (`sampler`): no such name; did you mean 'ddim'?"),
              0U);
    EXPECT_EQ(refusal("look.axes", "yes"), "unknown look.axes 'yes' (`look.axes`): no such name; known: on, off");
}

TEST(Assign, NamesWhatOtherSpellingsMean) {
    const auto hint_for = [](const char* name, const char* value) {
        const std::string message = refusal(name, value);
        const std::size_t begin = message.find("did you mean");
        return begin == std::string::npos ? "" : message.substr(begin, message.find('?', begin) + 1 - begin);
    };
    EXPECT_EQ(hint_for("sampler", "DDIM"), "did you mean 'ddim'?");
    EXPECT_EQ(hint_for("sampler", "euler_a"), "did you mean 'euler_ancestral'?");
    EXPECT_EQ(hint_for("sampler", "dpm++"), "did you mean 'dpmpp_2m'?");
    EXPECT_EQ(hint_for("sampler", "DPM++ SDE"), "did you mean 'dpmpp_sde'?");
    EXPECT_EQ(hint_for("prediction", "v_prediction"), "did you mean 'v'?");
    EXPECT_EQ(hint_for("prediction", "sample"), "did you mean 'x0'?");
    EXPECT_EQ(hint_for("prediction", "noise"), "did you mean 'epsilon'?");
}

TEST(Assign, ReadsParts) {
    Settings settings;
    assign(settings, *find_setting("shard"), "3/4");
    EXPECT_EQ(settings.shard, (Shard{3, 4}));
    for (const char* text : {"", "1", "/", "1/", "/2", "0/2", "3/2", "1/2/3", "-1/2", "a/b", "1/99999999999", "1 /2"}) {
        refusal("shard", text);
    }
}

TEST(CopyScore, TakesEverySettingOfTheScoreAndLeavesTheRun) {
    Settings from;
    std::set<std::string_view> changed;
    for (const Setting& setting : setting_table()) {
        if (give_other_value(from, setting)) changed.insert(setting.name);
    }
    Settings to;
    copy_score(from, to);
    for (const Setting& setting : setting_table()) {
        const bool of_score = (setting.group == "Model" && setting.name != "data.scaling") || setting.name == "device";
        EXPECT_TRUE(!of_score || changed.contains(setting.name)) << setting.name;
        EXPECT_EQ(value_text(to, setting), value_text(of_score ? from : Settings(), setting)) << setting.name;
    }
    EXPECT_TRUE(changed.contains("data.scaling") && changed.contains("steps") && changed.contains("sampler"));
}

TEST(Reset, GivesEverySettingItsDefault) {
    for (const Setting& setting : setting_table()) {
        Settings settings;
        if (!give_other_value(settings, setting)) continue;
        EXPECT_FALSE(same_value(settings, Settings(), setting)) << setting.name;
        reset(settings, setting);
        EXPECT_FALSE(differs_from_default(settings, setting)) << setting.name;
        for (const Setting& other : setting_table()) {
            EXPECT_TRUE(&other == &setting || same_value(settings, Settings(), other)) << setting.name;
        }
    }
    Settings settings;
    reset(settings, *find_setting("particles"));
    EXPECT_EQ(settings.particles, 10'000U) << "a slider cannot show 'not given'";
}

}  // namespace
}  // namespace scorefield::settings
