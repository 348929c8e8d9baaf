#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "diffusion/exact_score.hpp"
#include "diffusion/pilot.hpp"
#include "diffusion/process.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/samplers/parameters.hpp"
#include "diffusion/spacing.hpp"
#include "diffusion/target_mixture.hpp"

namespace scorefield::diffusion {
namespace {

Program compiled(const SamplerSettings& settings, int steps, const ProcessSettings& process = {.name = "vp"}) {
    const ExactScore source(GaussianMixture({{.weight = 1, .mean = {2}, .covariance = {0.25}}}), Prediction::x0);
    Pilot pilot(source, 0, 8);
    return compile_program(make_time_grid(make_process(process), {.name = "linspace"}, steps), Prediction::x0, settings,
                           &pilot);
}

SamplerSettings bare(std::string_view sampler) {
    return {.name = std::string(sampler)};
}

/// The ops of the first step.
std::vector<Op> first_step(const Program& program) {
    std::vector<Op> ops;
    for (const Op& op : program.ops) {
        if (op.step == 0) ops.push_back(op);
    }
    return ops;
}

void limits_nothing(std::string_view sampler) {
    for (const Op& op : compiled(bare(sampler), 5).ops) {
        EXPECT_FALSE(std::holds_alternative<Clamp>(op.instruction)) << sampler;
        EXPECT_FALSE(std::holds_alternative<Threshold>(op.instruction)) << sampler;
    }
}

void bounds_nothing(std::string_view sampler) {
    SamplerSettings wide = bare(sampler);
    wide.churn_max = 1e300;
    EXPECT_EQ(compiled(bare(sampler), 12, {.name = "edm"}), compiled(wide, 12, {.name = "edm"}));
}

void follows_the_process(std::string_view sampler) {
    int differences = 0;
    for (const ProcessInfo& info : processes()) {
        const ProcessSettings process = {.name = std::string(info.name)};
        const bool time = make_process(process)->variable() == Variable::time;
        SamplerSettings own = bare(sampler);
        if (sampler == "ddim_inverse") own.order = 2;
        SamplerSettings said = own;
        SamplerSettings other = own;
        said.variable = time ? "time" : "sigma";
        other.variable = time ? "sigma" : "time";
        if (info.name == "flow" && sampler.starts_with("rk")) continue;  // no signal at the start, see adaptive.cpp
        EXPECT_EQ(compiled(own, 6, process), compiled(said, 6, process)) << sampler << " " << info.name;
        if (info.name == "vp") differences += compiled(own, 6, process) == compiled(other, 6, process) ? 0 : 1;
    }
    EXPECT_EQ(differences, 1) << sampler;
}

void is_epsilon_unless_limited_or_without_signal(std::string_view sampler) {
    SamplerSettings epsilon = bare(sampler);
    epsilon.form = "epsilon";
    SamplerSettings data = bare(sampler);
    data.form = "x0";
    EXPECT_EQ(compiled(bare(sampler), 5), compiled(epsilon, 5));
    EXPECT_NE(compiled(bare(sampler), 5), compiled(data, 5));
    EXPECT_EQ(first_step(compiled(bare(sampler), 5, {.zero_snr = true})),
              first_step(compiled(data, 5, {.zero_snr = true})));
    SamplerSettings limited = bare(sampler);
    limited.clip = 2;
    data.clip = 2;
    EXPECT_EQ(compiled(limited, 5), compiled(data, 5));
}

void is_a_share_of_the_lowest_variance(std::string_view sampler) {
    SamplerSettings said = bare(sampler);
    said.step_size = 0.2 * 0.25;
    const ProcessSettings process = {.name = "ve", .sigma_min = 0.5};
    EXPECT_EQ(compiled(bare(sampler), 4, process), compiled(said, 4, process));
}

void needs_four_steps(std::string_view sampler) {
    for (const int steps : {3, 4}) {
        SamplerSettings said = bare(sampler);
        said.warm_up = steps == 4;
        EXPECT_EQ(compiled(bare(sampler), steps), compiled(said, steps)) << steps;
    }
}

void fits_between_the_levels(std::string_view sampler) {
    for (const int steps : {6, 11, 30}) {
        SamplerSettings said = bare(sampler);
        said.jump = std::min(steps - 1, 10);
        EXPECT_EQ(compiled(bare(sampler), steps), compiled(said, steps)) << steps;
    }
}

/// Sets the parameter of that name to the preset, where that is a value.
void say(SamplerSettings& settings, std::string_view parameter, const Preset& preset) {
    for_each_parameter(settings, [&](std::string_view name, auto& value) {
        if (name == parameter) set_preset(value, preset);
    });
}

void is_that_of_every_predictor(std::string_view sampler) {
    for (const SamplerInfo& info : samplers()) {
        if (!info.predictor) continue;
        SamplerSettings open = bare(sampler);
        open.predictor = info.name;
        SamplerSettings said = open;
        for (const SamplerParameter& parameter : info.parameters) {
            if (has_effect(open, parameter.name)) say(said, parameter.name, parameter.preset);
        }
        EXPECT_EQ(compiled(open, 5), compiled(said, 5)) << info.name;
    }
}

// Each rule is one that help texts state in words.
TEST(SamplerPresets, FollowTheRulesThatTheyState) {
    const std::map<std::string_view, void (*)(std::string_view)> checks = {
        {"no clipping", limits_nothing},
        {"threshold none", limits_nothing},
        {"churn_max none", bounds_nothing},
        {"depends on the process", follows_the_process},
        {"epsilon; x0 with clip or threshold, or without signal", is_epsilon_unless_limited_or_without_signal},
        {"0.2 times the variance of the last level", is_a_share_of_the_lowest_variance},
        {"on, off with fewer than four steps", needs_four_steps},
        {"10, or all but one", fits_between_the_levels},
        {kOfPredictor, is_that_of_every_predictor},
    };
    for (const SamplerInfo& info : samplers()) {
        for (const SamplerParameter& parameter : info.parameters) {
            const auto* const rule = std::get_if<PresetRule>(&parameter.preset);
            if (rule == nullptr) continue;
            const std::string words(rule->words);
            const auto check = checks.find(words == "none" ? std::string(parameter.name) + " none" : words);
            ASSERT_NE(check, checks.end()) << info.name << " " << parameter.name;
            check->second(info.name);
        }
    }
}

// A parameter `order` that the help lists must take the orders that it lists.
TEST(SamplerPresets, EverySamplerThatListsAnOrderTakesIt) {
    for (const SamplerInfo& info : samplers()) {
        const bool lists = std::ranges::any_of(info.parameters, [](const auto& p) { return p.name == "order"; });
        EXPECT_EQ(lists, info.most_order > 0) << info.name;
    }
}

TEST(SamplerPresets, OfTheOrderIsAtMostTheNumberOfSteps) {
    for (const SamplerInfo& info : samplers()) {
        for (const SamplerParameter& parameter : info.parameters) {
            const auto* const order = std::get_if<PresetOrder>(&parameter.preset);
            if (order == nullptr) continue;
            for (int steps = 2; steps < 6; ++steps) {
                SamplerSettings said = bare(info.name);
                said.order = std::min(order->most, steps);
                EXPECT_EQ(compiled(bare(info.name), steps), compiled(said, steps)) << info.name << " " << steps;
            }
        }
    }
}

TEST(SamplerPresets, CompileLikeTheSameValuesSaid) {
    int values = 0;
    for (const SamplerInfo& info : samplers()) {
        for (const SamplerParameter& parameter : info.parameters) {
            SamplerSettings said = bare(info.name);
            if (!has_effect(said, parameter.name)) continue;
            say(said, parameter.name, parameter.preset);
            if (said == bare(info.name)) continue;
            ++values;
            EXPECT_EQ(compiled(bare(info.name), 6), compiled(said, 6)) << info.name << " " << parameter.name;
        }
    }
    EXPECT_GT(values, 30);
}

TEST(SamplerPresets, AreWrittenAsPeopleWriteThem) {
    const auto text = [](const char* sampler, std::string_view name) {
        for (const SamplerParameter& parameter : sampler_info(sampler).parameters) {
            if (parameter.name == name) return preset_text(parameter);
        }
        return std::string();
    };
    EXPECT_EQ(text("rk45", "rtol"), "1e-4");
    EXPECT_EQ(text("rk45", "atol"), "1e-5");
    EXPECT_EQ(text("ddim", "eta"), "0");
    EXPECT_EQ(text("predictor_corrector", "snr"), "0.16");
    EXPECT_EQ(text("dpmpp_2m", "lower_order_final"), "on");
    EXPECT_EQ(text("dpmpp_2m", "order"), "2, lower with fewer steps");
    EXPECT_EQ(text("repaint", "resamples"), "10");
    EXPECT_EQ(text("ddpm", "variance"), "large");
}

TEST(ProcessPresets, OfOuFollowTheRulesThatTheyState) {
    std::map<std::string_view, std::string> texts;
    for (const ProcessParameter& parameter : process_parameters("ou", "linear")) {
        texts[parameter.name] = preset_text(parameter.preset);
    }
    EXPECT_EQ(texts["T"], "5/beta");
    EXPECT_EQ(texts["s"], "sqrt(2 beta)");
    for (const double beta : {0.5, 1.0, 3.0}) {
        const ProcessSettings full = with_presets({.name = "ou", .beta = beta});
        EXPECT_EQ(full.horizon, 5 / beta);
        EXPECT_EQ(full.s, std::sqrt(2 * beta));
        EXPECT_EQ(make_process({.name = "ou", .beta = beta})->times().highest, 5 / beta);
        EXPECT_DOUBLE_EQ(make_process({.name = "ou", .beta = beta})->prior_scale(), 1);
    }
}

TEST(ProcessPresets, ThatAreRulesAreOnlyThoseOfOu) {
    for (const ProcessInfo& info : processes()) {
        for (const std::string_view schedule : kBetaSchedules) {
            for (const ProcessParameter& parameter : process_parameters(info.name, schedule)) {
                if (info.name == "ou") continue;
                EXPECT_FALSE(std::holds_alternative<PresetRule>(parameter.preset)) << info.name << parameter.name;
            }
        }
    }
}

}  // namespace
}  // namespace scorefield::diffusion
