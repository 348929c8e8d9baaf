#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "render/canvas.hpp"

namespace scorefield::render {

/// Writes what is drawn as a document in SVG 1.1. Text stays text: readers can search and copy it. It needs no device.
class SvgCanvas final : public DrawingSurface {
  public:
    /// Size in pixels. `title` names the picture for readers that cannot see it.
    SvgCanvas(double width, double height, const Colour& ground, std::string_view title);

    void gradient(double x, double y, double width, double height, const Ink& top, const Ink& bottom) override;
    void line(double x0, double y0, double x1, double y1, double width, const Ink& ink) override;
    /// A picture that fills the rectangle, from the bytes of a PNG file.
    void image(double x, double y, double width, double height, std::span<const std::uint8_t> png);

    /// The whole document, UTF-8.
    std::string document() const;

  private:
    void put_text(double x, double y, const FontSize& size, std::string_view text, const Ink& ink,
                  Align align) override;
    void end_path();

    std::string head_;
    std::string shapes_;
    std::string texts_;  ///< over all else
    // Lines that continue each other become one path, so that curves have joints and no gaps.
    std::string path_;
    std::string path_style_;
    std::string path_end_;
    int gradients_ = 0;
};

/// Writes the document. The file appears whole or not at all. Throws base::Error (running) with the path.
void write_svg(const std::filesystem::path& path, const SvgCanvas& canvas);

}  // namespace scorefield::render
