#include "render/font.hpp"

namespace scorefield::render {
namespace {

constexpr std::uint8_t kFont[] = {
#include "font_bytes.inc"
};

}  // namespace

std::span<const std::uint8_t> font_bytes() {
    return kFont;
}

}  // namespace scorefield::render
