#include "diffusion/process.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "diffusion/prediction.hpp"
#include "diffusion/prediction_hint.hpp"
#include "support.hpp"

namespace scorefield::diffusion {
namespace {

using testing::HasSubstr;
using testing_support::error_of;

struct Known {
    int k;
    double alpha_bar;
};

void expect_alpha_bars(const ProcessSettings& settings, std::initializer_list<Known> expected) {
    const auto process = make_process(settings);
    for (const auto& [k, alpha_bar] : expected) {
        const auto [alpha, sigma] = process->marginal(k);
        EXPECT_NEAR(alpha * alpha / alpha_bar, 1, 1e-12) << settings.schedule << " at " << k;
        EXPECT_NEAR(alpha * alpha + sigma * sigma, 1, 1e-14) << settings.schedule << " at " << k;
    }
}

// Expected: NumPy in double, np.cumprod(1 − β) with β = np.linspace(1e-4, 0.02, 1000), the formulas of the papers, and
// the seed experiment's f(k)/f(0). 1000 roundings of 1e-16 each stay below 1e-12.
TEST(DdpmProcess, AlphaBarsAreThoseOfTheFormulas) {
    expect_alpha_bars({}, {{0, 0.9999},
                           {1, 0.9997800920720721},
                           {500, 0.07779665836502389},
                           {998, 4.118193638138445e-05},
                           {999, 4.035829765375676e-05}});
    expect_alpha_bars({.schedule = "cosine"}, {{0, 0.999958715775178},
                                               {1, 0.999912575927368},
                                               {500, 0.49228517244880227},
                                               {998, 2.4287669070348464e-06},
                                               {999, 2.4287669070348484e-09}});
    expect_alpha_bars({.schedule = "cosine_seed"}, {{0, 1.0},
                                                    {1, 0.9975128345519001},
                                                    {20, 0.49384359044063764},
                                                    {38, 0.006059644621451168},
                                                    {39, 0.0015172127320958943}});
    expect_alpha_bars({.schedule = "scaled_linear"}, {{0, 0.99915},
                                                      {1, 0.9982960278384514},
                                                      {500, 0.2763326838229746},
                                                      {998, 0.004716698899875748},
                                                      {999, 0.004660098513077238}});
    expect_alpha_bars({.schedule = "constant"},
                      {{0, 0.95}, {1, 0.9025}, {500, 6.9107669833670865e-12}, {999, 5.291822747744796e-23}});
    expect_alpha_bars({.schedule = "constant", .beta = 0.03}, {{0, 0.97}, {2, 0.97 * 0.97 * 0.97}});
    expect_alpha_bars({.schedule = "sigmoid"}, {{0, 0.9998507947991829},
                                                {1, 0.9997010188194536},
                                                {500, 0.29888762784675893},
                                                {998, 4.0489620005560006e-05},
                                                {999, 3.968181990533219e-05}});
}

// Expected: NumPy, r = np.sqrt(np.cumprod(1 − β)), ((r − r[-1])·r[0]/(r[0] − r[-1]))² for `linear`. The difference
// r − r[-1] at 998 has lost two digits there and here.
TEST(DdpmProcess, ZeroSnrLeavesNoSignal) {
    expect_alpha_bars({.zero_snr = true}, {{0, 0.9999}, {1, 0.9997793254331531}, {500, 0.0752462157043267}});
    const auto process = make_process({.zero_snr = true});
    EXPECT_NEAR(process->marginal(998).alpha, std::sqrt(4.213262465088072e-09), 1e-16);
    EXPECT_EQ(process->marginal(999), (Marginal{0, 1}));
    EXPECT_EQ(process->marginal(0), make_process({})->marginal(0));
    EXPECT_EQ(make_process({.zero_snr = false})->marginal(999), make_process({})->marginal(999));
    EXPECT_DOUBLE_EQ(make_process({.beta_start = 1e-12, .beta_end = 1e-12, .zero_snr = true})->marginal(0).sigma, 1e-6);
}

TEST(DdpmProcess, SmallNoiseKeepsItsDigits) {
    EXPECT_DOUBLE_EQ(make_process({.beta_start = 1e-12})->marginal(0).sigma, 1e-6);
}

TEST(DdpmProcess, SaysWhichTimesHaveNoise) {
    const TimeRange linear = make_process({.horizon = 100})->times();
    EXPECT_EQ(linear.lowest_noisy, 0);
    EXPECT_EQ(linear.highest, 99);
    EXPECT_TRUE(linear.discrete);
    const auto seed = make_process({.schedule = "cosine_seed"});
    EXPECT_EQ(seed->times().lowest, 0);
    EXPECT_EQ(seed->times().lowest_noisy, 1);
    EXPECT_EQ(seed->times().highest, 39);
    EXPECT_EQ(seed->marginal(0), Marginal{});
}

TEST(MakeProcess, RefusesWithFlagAndCure) {
    const auto refusal = [](const ProcessSettings& settings) { return error_of([&] { make_process(settings); }); };
    EXPECT_THAT(refusal({.name = "ddmp"}), HasSubstr("(`process`): no such name; did you mean 'ddpm'?"));
    EXPECT_THAT(refusal({.schedule = "cosin"}),
                HasSubstr("(`process.schedule`): no such name; did you mean 'cosine'?"));
    EXPECT_THAT(refusal({.horizon = 1}), HasSubstr("(`process.T`): 1 is not allowed; give whole numbers from 2"));
    EXPECT_THAT(refusal({.horizon = 10.5}), HasSubstr("(`process.T`): 10.5 is not allowed"));
    EXPECT_THAT(refusal({.beta_start = 0}), HasSubstr("(`process.beta_start`): 0 is not allowed; give > 0"));
    EXPECT_THAT(refusal({.beta_end = 1}), HasSubstr("(`process.beta_end`): 1 is not allowed"));
    EXPECT_THAT(refusal({.beta_end = NAN}), HasSubstr("(`process.beta_end`)"));
    EXPECT_THAT(refusal({.beta_end = 1e-5}), HasSubstr("(`process.beta_end`): 1e-05 is below beta_start = 0.0001"));
    EXPECT_THAT(refusal({.name = "vp", .beta_min = 30}), HasSubstr("(`process.beta_max`): 20 is below beta_min = 30"));
    EXPECT_THAT(refusal({.name = "ve", .sigma_min = 50}),
                HasSubstr("(`process.sigma_max`): 50 is not above sigma_min = 50; raise it, or lower"));
    EXPECT_THAT(refusal({.name = "edm", .sigma_max = 0.001}), HasSubstr("(`process.sigma_max`): 0.001 is not above"));
    EXPECT_THAT(refusal({.name = "additive", .horizon = 1e-4}), HasSubstr("(`process.T`): 0.0001 is not above t_min"));
    EXPECT_THAT(refusal({.name = "flow", .t_min = 1}), HasSubstr("(`process.t_min`): 1 is not allowed"));
}

TEST(MakeProcess, RefusesParametersOfOthers) {
    const auto refusal = [](const ProcessSettings& settings) { return error_of([&] { make_process(settings); }); };
    EXPECT_THAT(
        refusal({.name = "vp", .schedule = "cosine"}),
        HasSubstr("(`process.schedule`): the process vp has no such parameter; leave it out; it belongs to ddpm"));
    EXPECT_THAT(
        refusal({.schedule = "cosine", .beta_end = 0.1}),
        HasSubstr("(`process.beta_end`): the process ddpm with the schedule cosine has no such parameter; leave "
                  "it out; it belongs to ddpm with linear, scaled_linear, sigmoid"));
    EXPECT_THAT(refusal({.name = "flow", .beta = 1}), HasSubstr("it belongs to ddpm with constant; ou"));
    EXPECT_THAT(refusal({.name = "ve", .zero_snr = false}), HasSubstr("(`process.zero_snr`)"));
}

/// The same process with the default of `name` said.
ProcessSettings with(ProcessSettings settings, std::string_view name, const Preset& preset) {
    for_each_process_parameter(settings, [&](std::string_view candidate, auto& value) {
        if (candidate == name) set_preset(value, preset);
    });
    return settings;
}

TEST(ProcessParameters, NameTheDefaultsThatHold) {
    int numbers = 0;
    for (const ProcessInfo& info : processes()) {
        for (const std::string_view schedule : kBetaSchedules) {
            if (info.name != "ddpm" && schedule != "linear") continue;
            const ProcessSettings unsaid = {.name = std::string(info.name), .schedule = std::string(schedule)};
            const auto expected = make_process(unsaid);
            for (const ProcessParameter& parameter : process_parameters(info.name, schedule)) {
                const ProcessSettings said = with(unsaid, parameter.name, parameter.preset);
                numbers += said == unsaid ? 0 : 1;
                const auto process = make_process(said);
                ASSERT_EQ(process->times().highest, expected->times().highest) << info.name << " " << parameter.name;
                EXPECT_EQ(process->times().lowest_noisy, expected->times().lowest_noisy) << info.name;
                for (const double part : {0.0, 0.4, 1.0}) {
                    const double t = std::lerp(expected->times().lowest_noisy, expected->times().highest, part);
                    EXPECT_EQ(process->marginal(t), expected->marginal(t)) << info.name << " " << parameter.name;
                }
            }
        }
    }
    EXPECT_EQ(numbers, 36);  // all but `schedule` and the two of ou that are formulas
}

// From x_0 and ε chosen at will: x = αx_0 + σε and F by the definition of each prediction, for a marginal that
// preserves variance and one that does not. A few roundings of numbers near 1.
/// What F is defined to be, of a network that receives the state times node.c_in.
double output_of(Prediction prediction, const Node& node, double x0, double noise) {
    const double alpha = node.c_in * node.at.alpha;
    const double sigma = node.c_in * node.at.sigma;
    switch (prediction) {
        case Prediction::epsilon:
            return noise;
        case Prediction::x0:
            return x0;
        case Prediction::v:
            return alpha * noise - sigma * x0;
        case Prediction::score:
            return -noise / sigma;
        case Prediction::velocity:
            return noise - x0;
        case Prediction::edm:
            break;
    }
    // Karras et al. 2022, eq. 7 with table 1: of x/α = x_0 + rε.
    const double r = node.at.sigma / node.at.alpha;
    const double spread = r * r + 0.25;
    return (x0 - 0.25 / spread * (x0 + r * noise)) / (r * 0.5 / std::sqrt(spread));
}

TEST(Prediction, FormsGiveBackDataAndNoise) {
    const double x0 = 0.7, noise = -1.3;
    for (const Marginal at : {Marginal{0.6, 0.8}, Marginal{1, 2.5}}) {
        const double x = at.alpha * x0 + at.sigma * noise;
        for (const std::string_view name : kPredictions) {
            const Prediction prediction = parse_prediction(name, "`prediction`");
            for (const double c_in : {1.0, 0.3}) {
                const Node node = {.t = 5, .at = at, .c_in = c_in, .c_noise = 5};
                const double output = output_of(prediction, node, x0, noise);
                const AffineForm denoiser = denoiser_form(prediction, node);
                const AffineForm residual = noise_form(prediction, node);
                const AffineForm score = score_form(prediction, node);
                EXPECT_NEAR(denoiser.c_skip * x + denoiser.c_out * output, x0, 1e-14) << name;
                EXPECT_NEAR(residual.c_skip * x + residual.c_out * output, noise, 1e-14) << name;
                EXPECT_NEAR(score.c_skip * x + score.c_out * output, -noise / at.sigma, 1e-14) << name;
            }
            EXPECT_EQ(prediction_name(prediction), name);
        }
    }
}

TEST(Prediction, RefusesUnknownNames) {
    EXPECT_THAT(error_of([] { parse_prediction("epsilom", "`prediction`"); }),
                HasSubstr("unknown prediction 'epsilom' (`prediction`): no such name; did you mean 'epsilon'?"));
}

TEST(Prediction, KnowsTheWordsOfDiffusers) {
    const std::string known = "known: epsilon, x0, v, score, velocity, edm";
    const auto meant = [&](const std::string& name) { return "did you mean '" + name + "'? " + known; };
    EXPECT_EQ(prediction_hint("v_prediction"), meant("v"));
    EXPECT_EQ(prediction_hint("v-pred"), meant("v"));
    EXPECT_EQ(prediction_hint("sample"), meant("x0"));
    EXPECT_EQ(prediction_hint("noise"), meant("epsilon"));
    EXPECT_EQ(prediction_hint("flow_prediction"), meant("velocity"));
    EXPECT_EQ(prediction_hint("X0"), meant("x0"));
    EXPECT_EQ(prediction_hint("eps"), meant("epsilon"));
    EXPECT_EQ(prediction_hint("a"), known);
}

TEST(WithPresets, SaysEveryParameterAndChangesNoLevel) {
    for (const ProcessInfo& info : processes()) {
        for (const std::string_view schedule : kBetaSchedules) {
            ProcessSettings bare;
            bare.name = info.name;
            if (info.name == "ddpm") bare.schedule = schedule;
            const ProcessSettings full = with_presets(bare);
            for_each_process_parameter(full, [&](std::string_view name, const auto& value) {
                const auto taken = process_parameters(bare.name, bare.schedule);
                const bool is_taken = std::ranges::find(taken, name, &ProcessParameter::name) != taken.end();
                EXPECT_EQ(value.has_value(), is_taken) << info.name << " " << name;
            });
            const auto a = make_process(bare);
            const auto b = make_process(full);
            EXPECT_EQ(a->times().highest, b->times().highest);
            for (const double share : {0.0, 0.1, 0.5, 1.0}) {
                const double t = a->times().lowest_noisy + share * (a->times().highest - a->times().lowest_noisy);
                EXPECT_EQ(a->marginal(t), b->marginal(t)) << info.name << " " << t;
            }
        }
    }
}

}  // namespace
}  // namespace scorefield::diffusion
