// What samples start from, in which units files hold states, and what is said where the start is not the density.
#include "sample/start.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/scratch.hpp"
#include "data/npy.hpp"
#include "settings/resolved.hpp"
#include "settings/said.hpp"

namespace scorefield::settings {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

using Values = std::initializer_list<std::pair<const char*, const char*>>;

diffusion::StartLaw start_of(Values values) {
    const Settings settings = said(values);
    return build_program(settings, open_model(settings)).start;
}

std::string note_of(Values values, const std::string& init = "") {
    Settings settings = said(values);
    if (!init.empty()) settings.init = init;
    const model::Model model = open_model(settings);
    return start_note(settings, model, build_program(settings, model)).value_or("");
}

class StartTest : public testing::Test {
  protected:
    std::string write(const char* name, const std::string& text) {
        const std::string path = (scratch.path() / name).string();
        std::ofstream(path) << text;
        return path;
    }

    base::ScratchFolder scratch;
};

// Weights 0.3 and 0.7, modes 297 and 303, deviations 1: mean 301.2, variance 1 + 0.21·36 = 8.56.
constexpr const char* kFarMixture = R"({"weights":[0.3,0.7],"means":[[297],[303]],"sigmas":[1,1]})";

TEST_F(StartTest, MatchesMeanAndVarianceOfAMixtureAtTheFirstLevel) {
    const std::string target = "gmm " + write("far.json", kFarMixture);
    const diffusion::StartLaw start = start_of({{"target", target.c_str()}, {"process.T", "50"}});
    const Settings settings = said({{"process.T", "50"}});
    const auto process = diffusion::make_process(process_in_effect(settings));
    const auto [alpha, sigma] = process->marginal(49);
    ASSERT_EQ(start.mean.size(), 1U);
    EXPECT_NEAR(start.mean[0], alpha * 301.2, 1e-10);
    EXPECT_NEAR(start.scale[0], std::sqrt(alpha * alpha * 8.56 + sigma * sigma), 1e-12);
    EXPECT_EQ(start_of({{"target", target.c_str()}, {"process.T", "50"}, {"init", "prior"}}),
              diffusion::StartLaw::normal(1));
}

TEST_F(StartTest, MatchesTheDataOfANetworkInItsUnits) {
    // The roll has one deviation for both coordinates, of which its second has more: moments about, not at, 0 and 1.
    const diffusion::StartLaw start = start_of({{"timesteps", "100,50,20"}});
    const auto [alpha, sigma] = diffusion::make_process(process_in_effect(said({})))->marginal(100);
    const model::Model model = open_model(said({}));
    ASSERT_TRUE(model.clean_moments.has_value());
    double mean_square = 0;
    for (std::size_t c = 0; c < 2; ++c) {
        EXPECT_NEAR(start.mean_of(c), alpha * model.clean_moments->mean[c], 1e-12);
        EXPECT_NEAR(start.scale_of(c), std::sqrt(alpha * alpha * model.clean_moments->variance[c] + sigma * sigma),
                    1e-12);
        mean_square += model.clean_moments->variance[c] + std::pow(model.clean_moments->mean[c], 2);
    }
    EXPECT_NEAR(mean_square / 2, 1, 0.02);  // of standardised data by definition; 65 536 draws
}

TEST_F(StartTest, DrawsFromAnExactTargetAtTheFirstLevel) {
    const Settings settings = said({{"target", "mixture_d"}, {"process.T", "50"}, {"init", "exact"}, {"seed", "7"}});
    const model::Model model = open_model(settings);
    const sample::StartRows rows = start_rows(settings, model, build_program(settings, model));
    ASSERT_TRUE(rows);
    std::vector<float> states(2 * 40'000);
    rows(5, states);
    const std::vector<double> expected = model.target->sample(7, {5, 40'000}, model.process->marginal(49));
    for (std::size_t i = 0; i < states.size(); ++i) ASSERT_EQ(states[i], static_cast<float>(expected[i])) << i;
    const Settings network = said({{"init", "exact"}});
    EXPECT_THAT([&] { start_rows(network, open_model(network), {}); },
                ThrowsMessage<base::Error>(HasSubstr("only an exact target")));
}

// A normal start keeps its shape where the first level has signal left.
TEST_F(StartTest, IsExactByDefaultWhereATargetStillShows) {
    const auto kind = [&](Values values) {
        const Settings settings = said(values);
        const model::Model model = open_model(settings);
        return start_text(settings, model, build_program(settings, model));
    };
    EXPECT_EQ(kind({{"target", "mixture_a"}, {"process", "additive"}}), "exact");
    EXPECT_EQ(kind({{"target", "mixture_a"}, {"process.T", "50"}}), "exact");
    EXPECT_EQ(kind({{"target", "mixture_a"}}), "matched");
    EXPECT_EQ(kind({{"target", "mixture_a"}, {"process", "additive"}, {"init", "matched"}}), "matched");
    EXPECT_EQ(kind({{"target", "mixture_a"}, {"process", "additive"}, {"init", "prior"}}), "prior");
    EXPECT_EQ(kind({{"target", "gaussian"}, {"process", "additive"}}), "matched");  // is normal
    EXPECT_EQ(kind({{"target", "mixture_a"}, {"process", "additive"}, {"sampler", "ddim_inverse"}}), "matched");
    EXPECT_EQ(kind({}), "matched");
}

TEST_F(StartTest, RefusesAWordThatIsNeitherAModeNorAFile) {
    const auto refusal = [](const char* init) {
        try {
            start_spec(said({{"init", init}}));
        } catch (const base::Error& error) {
            return std::string(error.what());
        }
        return std::string("none");
    };
    EXPECT_EQ(refusal("mathced"),
              "unknown start 'mathced' (`init`): no such name and no such file; did you mean 'matched'? known: "
              "matched, prior, exact, or FILE.npy");
    EXPECT_THAT(refusal("Prior"), HasSubstr("did you mean 'prior'?"));
    EXPECT_THAT(refusal("somewhere"), HasSubstr("no such file; known: matched, prior, exact, or FILE.npy"));
    EXPECT_THAT(refusal(std::string(5000, 'x').c_str()), HasSubstr("unknown start"));
    for (const char* file : {"start.npy", "./start", "folder/start"}) EXPECT_EQ(refusal(file), "none") << file;
    const std::string before = std::filesystem::current_path().string();
    const std::string path = write("start", "");
    std::filesystem::current_path(std::filesystem::path(path).parent_path());
    EXPECT_EQ(refusal("start"), "none");
    std::filesystem::current_path(before);
}

TEST_F(StartTest, ReadsFilesInTheUnitsThatAreSaid) {
    const std::string path = (scratch.path() / "states.npy").string();
    const model::Model model = open_model(said({}));
    const auto first = static_cast<float>(model.scaling.mean[0] + 2 * model.scaling.deviation[0]);
    const auto second = static_cast<float>(model.scaling.mean[1] - model.scaling.deviation[1]);
    data::write_npy(path, {1, 2}, std::vector<float>{first, second});
    const auto state = [&](Values values) {
        const Settings settings = said(values);
        EXPECT_EQ(particles_in_effect(settings), 1U);
        std::vector<float> rows(2);
        start_rows(settings, model, build_program(settings, model))(0, rows);
        return rows;
    };
    const std::vector<float> standardised = state({{"init", path.c_str()}});
    EXPECT_NEAR(static_cast<double>(standardised[0]), 2, 1e-6);
    EXPECT_NEAR(static_cast<double>(standardised[1]), -1, 1e-6);
    EXPECT_EQ(state({{"init", path.c_str()}, {"units", "standardised"}}), (std::vector<float>{first, second}));
    const Settings wrong = said({{"init", path.c_str()}, {"particles", "3"}});
    EXPECT_THAT([&] { start_rows(wrong, model, build_program(wrong, model)); },
                ThrowsMessage<base::Error>(HasSubstr("it holds (1, 2), the run needs (3, 2)")));
}

TEST_F(StartTest, SaysNothingWhereTheFirstLevelIsNoiseAlmostAlone) {
    EXPECT_THAT(note_of({}), IsEmpty());
    EXPECT_THAT(note_of({{"init", "prior"}}), IsEmpty());
    for (const char* process : {"ddpm", "vp", "subvp", "ve", "edm", "flow"}) {
        EXPECT_THAT(note_of({{"target", "mixture_a"}, {"process", process}}), IsEmpty()) << process;
    }
    const std::string target = "gmm " + write("far.json", kFarMixture);
    EXPECT_THAT(note_of({{"target", target.c_str()}}), IsEmpty());
}

TEST_F(StartTest, NamesTheSignalThatIsLeftAndARemedy) {
    for (const Values& values : {Values{{"target", "mixture_d"}, {"process.T", "50"}},
                                 Values{{"target", "mixture_d"}, {"spacing", "leading"}, {"steps", "600"}},
                                 Values{{"target", "mixture_d"}, {"timesteps", "400,300,50"}},
                                 Values{{"target", "mixture_a"}, {"process", "additive"}},
                                 Values{{"target", "mixture_d"}, {"process", "ve"}, {"process.sigma_max", "3"}}}) {
        EXPECT_THAT(note_of(values), IsEmpty());  // starts from the density itself
        EXPECT_THAT(note_of(values, "matched"),
                    testing::AllOf(HasSubstr("of the variance"), HasSubstr("`init` exact")));
    }
    EXPECT_THAT(note_of({{"timesteps", "300,100,50"}}),
                testing::AllOf(HasSubstr("of the variance"), HasSubstr("`spacing`")));
    EXPECT_THAT(note_of({{"target", "mixture_d"}, {"process.T", "50"}, {"init", "exact"}}), IsEmpty());
}

TEST_F(StartTest, NamesAPriorThatIsNotTheDensity) {
    const std::string target = "gmm " + write("far.json", kFarMixture);
    EXPECT_THAT(note_of({{"target", target.c_str()}, {"init", "prior"}}), HasSubstr("its mean is off by -1.9"));
    EXPECT_THAT(note_of({{"target", "mixture_a"}, {"process", "additive"}, {"init", "prior"}}),
                HasSubstr("times the true one"));
    EXPECT_THAT(note_of({{"timesteps", "300,100,50"}, {"init", "prior"}}), HasSubstr("`init` matched"));
}

TEST_F(StartTest, NamesStatesThatAreNotThoseOfTheFirstLevel) {
    const std::string path = (scratch.path() / "wide.npy").string();
    std::vector<float> states(400);
    for (std::size_t i = 0; i < states.size(); ++i) states[i] = i % 4 < 2 ? 50.0F : -50.0F;
    data::write_npy(path, {200, 2}, states);
    EXPECT_THAT(note_of({{"init", path.c_str()}}), HasSubstr("Check `units`"));
    for (float& state : states) state /= 50;
    data::write_npy(path, {200, 2}, states);
    EXPECT_THAT(note_of({{"init", path.c_str()}, {"units", "standardised"}}), IsEmpty());
}

// Draws of deviation `width` about 0, in the units of the model: 1 is right at the first level, which is noise alone.
TEST_F(StartTest, NamesFewOrSlightlyWrongStatesBeyondChance) {
    const auto note_of_rows = [&](std::uint32_t rows, double width, const char* sampler) {
        std::vector<float> states(std::size_t{2} * rows);
        for (std::uint32_t i = 0; i < states.size(); ++i) {
            states[i] = static_cast<float>(width * base::normal(29, i, 0, 0, base::kDataStream));
        }
        const std::string path = (scratch.path() / "states.npy").string();
        data::write_npy(path, {rows, 2}, states);
        return note_of({{"init", path.c_str()}, {"units", "standardised"}, {"sampler", sampler}});
    };
    for (const std::uint32_t rows : {1U, 4U, 30U, 100U, 1000U, 4000U}) {
        EXPECT_THAT(note_of_rows(rows, 1, "ddim"), IsEmpty()) << rows;
        EXPECT_THAT(note_of_rows(rows, 20, "ddim"), HasSubstr("Check `units`")) << rows;
        EXPECT_THAT(note_of_rows(rows, 0.5, "ddim_inverse"), IsEmpty()) << rows;  // narrower than the data
    }
    EXPECT_THAT(note_of_rows(20, 5, "ddim"), HasSubstr("Check `units`"));
    EXPECT_THAT(note_of_rows(1000, 1.5, "ddim"), HasSubstr("Check `units`"));
    EXPECT_THAT(note_of_rows(1000, 0.6, "ddim"), HasSubstr("Check `units`"));
    EXPECT_THAT(note_of_rows(1000, 3, "ddim_inverse"), HasSubstr("Check `units`"));
}

TEST_F(StartTest, OfAProgramFromAFileIsItsOwnUnlessAnotherIsAskedFor) {
    const Settings compiled = said({{"target", "mixture_d"}, {"timesteps", "300,100,50"}, {"init", "prior"}});
    const std::string path = write("program.json", to_json(build_program(compiled, open_model(compiled))));
    EXPECT_EQ(start_of({{"target", "mixture_d"}, {"program", path.c_str()}}), diffusion::StartLaw::normal(1));
    const diffusion::StartLaw matched =
        start_of({{"target", "mixture_d"}, {"program", path.c_str()}, {"init", "matched"}});
    EXPECT_EQ(matched, start_of({{"target", "mixture_d"}, {"timesteps", "300,100,50"}}));
    EXPECT_THAT(
        [&] {
            start_of({{"target", "mixture_d"}, {"program", path.c_str()}, {"init", "prior"}});
        },
        ThrowsMessage<base::Error>(HasSubstr("flag without effect")));
    EXPECT_THAT(note_of({{"target", "mixture_d"}, {"program", path.c_str()}}), HasSubstr("`init` exact"));
}

TEST_F(StartTest, AnExactTargetAnswersAsAProgramAsksIt) {
    const Settings compiled = said({{"target", "mixture_d"}, {"prediction", "v"}});
    const std::string path = write("program.json", to_json(build_program(compiled, open_model(compiled))));
    const Settings run = said({{"target", "mixture_d"}, {"program", path.c_str()}});
    EXPECT_EQ(open_model(run).parametrisation.prediction, diffusion::Prediction::v);
    nlohmann::json silent = nlohmann::json::parse(to_json(build_program(compiled, open_model(compiled))));
    silent.erase("prediction");
    const std::string path_of_silent = write("silent.json", silent.dump());
    const Settings unsaid = said({{"target", "mixture_d"}, {"program", path_of_silent.c_str()}});
    EXPECT_THAT([&] { open_model(unsaid); }, ThrowsMessage<base::Error>(HasSubstr("missing `prediction`")));
    const Settings other = said({{"target", "mixture_d"}, {"program", path.c_str()}, {"prediction", "epsilon"}});
    EXPECT_THAT([&] { build_program(other, open_model(other)); },
                ThrowsMessage<base::Error>(HasSubstr("the program is for the prediction v")));
}

}  // namespace
}  // namespace scorefield::settings
