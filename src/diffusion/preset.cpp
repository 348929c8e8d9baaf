#include "diffusion/preset.hpp"

#include <fmt/core.h>

namespace scorefield::diffusion {

std::string preset_text(const Preset& preset) {
    return std::visit(
        []<class Default>(const Default& value) {
            if constexpr (std::is_same_v<Default, PresetRule>) {
                return std::string(value.words);
            } else if constexpr (std::is_same_v<Default, PresetOrder>) {
                return fmt::format("{}, lower with fewer steps", value.most);
            } else if constexpr (std::is_same_v<Default, bool>) {
                return std::string(value ? "on" : "off");
            } else {
                return fmt::format("{}", value);
            }
        },
        preset);
}

}  // namespace scorefield::diffusion
