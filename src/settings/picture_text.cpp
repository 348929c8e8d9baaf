#include "settings/picture_text.hpp"

#include <string>
#include <utility>

#include "base/error.hpp"
#include "data/files.hpp"
#include "settings/command_text.hpp"
#include "settings/scene_file.hpp"

namespace scorefield::settings {
namespace {

template <class Said>
std::vector<data::PngText> texts_of(const Said& said) {
    std::vector<data::PngText> texts = {{"Software", "Scorefield"}};
    try {
        std::string scene = scene_text(said);
        texts.push_back({"Command", command_text(said)});
        texts.push_back({kSceneKeyword, std::move(scene)});
    } catch (const base::Error&) {
        // A PNG holds no other text: the picture matters more.
    }
    return texts;
}

}  // namespace

std::vector<data::PngText> picture_texts(const Settings& settings) {
    return texts_of(settings);
}

std::vector<data::PngText> picture_texts(const Request& request) {
    return texts_of(request);
}

bool carries_scene(const std::filesystem::path& path) {
    return data::png_text(path, kSceneKeyword, data::kMaxSceneBytes).has_value();
}

}  // namespace scorefield::settings
