#include "diffusion/prediction_hint.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/names.hpp"
#include "diffusion/prediction.hpp"

namespace scorefield::diffusion {
namespace {

struct Synonym {
    std::string_view name;
    Prediction meant = Prediction::epsilon;
};

/// The words of diffusers and of papers.
constexpr std::array<Synonym, 5> kSynonyms = {{{"noise", Prediction::epsilon},
                                               {"sample", Prediction::x0},
                                               {"data", Prediction::x0},
                                               {"v_prediction", Prediction::v},
                                               {"flow_prediction", Prediction::velocity}}};

}  // namespace

std::string prediction_hint(std::string_view name) {
    std::vector<std::string_view> words(kPredictions.begin(), kPredictions.end());
    for (const Synonym& synonym : kSynonyms) words.push_back(synonym.name);
    std::string nearest = base::nearest_name(name, words);
    const auto synonym = std::ranges::find(kSynonyms, nearest, &Synonym::name);
    if (synonym != kSynonyms.end()) nearest = prediction_name(synonym->meant);
    return base::known_hint(nearest, kPredictions);
}

}  // namespace scorefield::diffusion
