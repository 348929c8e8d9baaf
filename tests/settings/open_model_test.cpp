#include <gmock/gmock.h>

#include <fstream>

#include "base/error.hpp"
#include "base/scratch.hpp"
#include "data/npy.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/three_states.hpp"
#include "model/model.hpp"
#include "settings/resolved.hpp"
#include "settings/said.hpp"

namespace scorefield::settings {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(BuildProgram, RefusesParametersThatTheSamplerDoesNotTake) {
    Settings settings;
    settings.sampler.eta = 0.5;
    const model::Model model = open_process(settings);
    EXPECT_EQ(build_program(settings, model).sampler, "ddim");
    settings.sampler.name = "ddpm";
    EXPECT_THROW(build_program(settings, model), base::Error);
    settings.sampler = diffusion::without_unused(settings.sampler);
    EXPECT_EQ(build_program(settings, model).sampler, "ddpm");
}

TEST(BuildProgram, SpacesAsSuitsProcessAndSamplerWhereNothingIsSaid) {
    const auto program_of = [](std::initializer_list<std::pair<const char*, const char*>> values) {
        const Settings settings = said(values);
        return build_program(settings, open_model(settings));
    };
    EXPECT_EQ(program_of({{"target", "tree"}, {"process", "edm"}}),
              program_of({{"target", "tree"}, {"process", "edm"}, {"spacing", "karras"}}));
    EXPECT_EQ(program_of({{"target", "tree"}, {"process", "edm"}}),
              program_of({{"target", "tree"}, {"process", "edm"}, {"spacing", "auto"}}));
    EXPECT_NE(program_of({{"target", "tree"}, {"process", "edm"}}),
              program_of({{"target", "tree"}, {"process", "edm"}, {"spacing", "even"}}));
    EXPECT_EQ(program_of({{"target", "tree"}}), program_of({{"target", "tree"}, {"spacing", "quadratic"}}));
    // A model's process counts, not that of the settings.
    EXPECT_EQ(program_of({{"model", "assets/tree.safetensors"}}),
              program_of({{"model", "assets/tree.safetensors"}, {"spacing", "karras"}}));
}

TEST(SpacingInEffect, TakesTheParametersThatAreSaid) {
    const auto spacing_of = [](std::initializer_list<std::pair<const char*, const char*>> values) {
        const Settings settings = said(values);
        return spacing_in_effect(settings, open_model(settings));
    };
    EXPECT_EQ(spacing_of({{"target", "tree"}, {"process", "edm"}, {"process.rho", "3"}}).rho, 3);
    EXPECT_EQ(spacing_of({{"target", "tree"}, {"process", "edm"}, {"process.rho", "3"}}).name, "karras");
    EXPECT_EQ(spacing_of({{"target", "tree"}, {"spacing", "even"}}).least_alpha, std::nullopt);
}

TEST(SpacingText, TellsWhatIsInEffectAndThatItWasChosen) {
    const auto text_of = [](std::initializer_list<std::pair<const char*, const char*>> values) {
        const Settings settings = said(values);
        return spacing_text(settings, open_model(settings));
    };
    EXPECT_EQ(text_of({{"target", "tree"}}), "quadratic (automatic)");
    EXPECT_EQ(text_of({{"target", "tree"}, {"steps", "1000"}}), "even (automatic)");
    EXPECT_EQ(text_of({{"target", "tree"}, {"spacing", "leading"}}), "leading");
    EXPECT_EQ(text_of({{"target", "tree"}, {"timesteps", "9,5"}}), "");
}

TEST(BuildProgram, ReadsBackWhatItWrote) {
    const base::ScratchFolder folder;
    const Settings compiled = said({{"target", "tree"}, {"process", "ve"}, {"sampler", "euler_ancestral"}});
    const diffusion::Program program = build_program(compiled, open_model(compiled));
    const std::string path = (folder / "program.json").string();
    std::ofstream(path) << diffusion::to_json(program);
    const Settings read = said({{"target", "tree"}, {"prediction", "x0"}, {"program", path.c_str()}});
    EXPECT_EQ(build_program(read, open_model(read)), program);
    const Settings chain = said({{"target", "three_states"}, {"program", "three_states"}});
    EXPECT_EQ(build_program(chain, open_model(chain)), diffusion::three_states_program());
}

TEST(BuildProgram, RefusesProgramsThatAreNotForTheModel) {
    const std::string form = R"("t": 1, "alpha": 1, "sigma": 1, "c_in": 1, "c_noise": 0, "c_skip": 0, "c_out": 1)";
    const base::ScratchFolder folder;
    const std::string path = (folder / "program.json").string();
    const auto refusal = [&](const Settings& settings) {
        return [&] { build_program(settings, open_model(settings)); };
    };
    const Settings of_learned = said({{"program", path.c_str()}});
    const Settings of_target = said({{"target", "tree"}, {"prediction", "x0"}, {"program", path.c_str()}});
    EXPECT_THAT(refusal(of_learned), ThrowsMessage<base::Error>(HasSubstr(path + "): no such file")));
    std::ofstream(path)
        << R"({"version": 1, "process": "ve", "steps": 1, "ops": [{"op": "eval", "step": 0, "dst": 0, "src": 0, )" +
               form + "}]}";
    EXPECT_THAT(refusal(of_learned), ThrowsMessage<base::Error>(HasSubstr("it is for process ve")));
    EXPECT_EQ(build_program(of_target, open_model(of_target)).evaluations(), 1);
    std::ofstream(path)
        << R"({"version": 1, "process": "ve", "steps": 1, "ops": [{"op": "eval", "step": 0, "dst": 0, "src": 0, "source": 1, )" +
               form + "}]}";
    EXPECT_THAT(refusal(of_target), ThrowsMessage<base::Error>(HasSubstr("it evaluates score 1")));
    std::ofstream(path) << R"({"version": 1, "steps": 1, "ops": [{"op": "eval", "step": 0, "dst": 0, "src": 3, )" +
                               form + "}]}";
    EXPECT_THAT(refusal(of_target), ThrowsMessage<base::Error>(HasSubstr(path + ": ops[0].src")));
    const Settings chain = said({{"target", "tree"}, {"program", "three_states"}});
    EXPECT_THAT(refusal(chain), ThrowsMessage<base::Error>(HasSubstr("`target` three_states")));
}

TEST(OpenModel, IsTheTargetUnderTheProcessThatIsSaid) {
    const model::Model model = open_model(said({{"target", "gaussian"}, {"dim", "3"}, {"process.T", "100"}}));
    ASSERT_NE(model.target, nullptr);
    EXPECT_FALSE(model.checkpoint.has_value());
    EXPECT_EQ(model.dim(), 3U);
    EXPECT_EQ(model.process->times().highest, 99);
    EXPECT_EQ(model.parametrisation.prediction, diffusion::Prediction::x0);
    EXPECT_EQ(model.scaling, data::Scaling::identity(3));
    EXPECT_EQ(model.host_score()->dim(), 3);
}

TEST(OpenModel, TakesThePredictionThatIsSaidForATarget) {
    const model::Model model = open_model(said({{"target", "gaussian"}, {"prediction", "v"}}));
    EXPECT_EQ(model.parametrisation.prediction, diffusion::Prediction::v);
}

TEST(OpenModel, ReadsMixturesAndDataFromFiles) {
    const base::ScratchFolder folder;
    const std::string mixture = (folder / "mixture.json").string();
    std::ofstream(mixture) << R"({"weights": [0.25, 0.75], "means": [[-1], [2]], "sigmas": [0.5, 0.1]})";
    EXPECT_EQ(open_model(said({{"target", ("gmm " + mixture).c_str()}})).dim(), 1U);
    const std::string points = (folder / "points.npy").string();
    data::write_npy(points, {3, 2}, std::vector<float>{0, 0, 4, 4, 8, 8});
    const model::Model empirical = open_model(said({{"target", ("empirical " + points).c_str()}}));
    EXPECT_EQ(empirical.dim(), 2U);
    EXPECT_EQ(empirical.scaling.mean, (std::vector<double>{4, 4}));
    EXPECT_EQ(empirical.data, points);
}

TEST(OpenModel, RefusesWhatDoesNotFit) {
    const auto refusal = [](std::initializer_list<std::pair<const char*, const char*>> values) {
        return [request = requested(values)] { open_model(request.settings); };
    };
    EXPECT_THAT(refusal({{"target", "gausian"}}), ThrowsMessage<base::Error>(HasSubstr("did you mean 'gaussian'")));
    EXPECT_THAT(refusal({{"target", "gmm"}}), ThrowsMessage<base::Error>(HasSubstr("gmm needs one")));
    EXPECT_THAT(refusal({{"target", "tree x"}}), ThrowsMessage<base::Error>(HasSubstr("tree takes none")));
    EXPECT_THAT(refusal({{"target", "gmm nowhere.json"}}), ThrowsMessage<base::Error>(HasSubstr("no such file")));
    EXPECT_THAT(refusal({{"target", "tree"}, {"dim", "3"}}),
                ThrowsMessage<base::Error>(HasSubstr("tree has 2, not 3")));
    EXPECT_THAT(refusal({{"target", "tree"}, {"target.variance", "2"}}),
                ThrowsMessage<base::Error>(HasSubstr("`target.variance`")));
    EXPECT_THAT(refusal({{"target", "tree"}, {"model", "a.safetensors"}}),
                ThrowsMessage<base::Error>(HasSubstr("`model` and `target`")));
    EXPECT_THAT(refusal({{"model", "assets/swiss_roll.safetensors"}, {"dim", "3"}}),
                ThrowsMessage<base::Error>(HasSubstr("has 2, not 3")));
    EXPECT_THAT(refusal({{"model", "assets/swiss_roll.safetensors"}, {"process.T", "40"}}),
                ThrowsMessage<base::Error>(HasSubstr("contradicts the model")));
}

TEST(BuildProgram, TriesPilotedSamplersOnTheTarget) {
    for (const diffusion::SamplerInfo& info : diffusion::samplers()) {
        if (!info.piloted) continue;
        const Settings settings =
            said({{"target", "gaussian"}, {"sampler", std::string(info.name).c_str()}, {"steps", "3"}});
        EXPECT_GT(build_program(settings, open_model(settings)).evaluations(), 3) << info.name;
        EXPECT_THAT([&] { build_program(settings, open_process(settings)); },
                    ThrowsMessage<base::Error>(HasSubstr("`model` or `target`")))
            << info.name;
    }
}

}  // namespace
}  // namespace scorefield::settings
