#include "viewer/window_look.hpp"

#include <algorithm>

namespace scorefield::viewer {
namespace {

constexpr std::size_t kLarger = 3;  ///< sizes by which presenter mode enlarges the text

static_assert(kFontPixels.size() == settings::kTextSizes.size() + kLarger);

}  // namespace

WindowLook window_look(const settings::Settings& settings, bool presents) {
    const auto size = static_cast<std::size_t>(std::ranges::find(settings::kTextSizes, settings.text_size) -
                                               settings::kTextSizes.begin());
    return {&theme_of(settings.theme), kFontPixels.at(size + (presents ? kLarger : 0))};
}

}  // namespace scorefield::viewer
