#include "render/svg_canvas.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/atomic_file.hpp"
#include "base/text.hpp"

namespace scorefield::render {
namespace {

/// Line height of DejaVu Sans divided by its em, which is what SVG calls the font size.
constexpr double kLineHeight = 1.164;

/// Pixels with two digits at most, without a sign before zero.
std::string pixels(double value) {
    std::string text = fmt::format("{:.2f}", value);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text == "-0" ? "0" : text;
}

std::string hexadecimal(const Colour& colour) {
    std::string text = "#";
    for (const float part : colour) {
        text += fmt::format("{:02x}", std::lround(std::clamp(part, 0.0f, 1.0f) * 255.0f));
    }
    return text;
}

/// `fill="#rrggbb"`, and its opacity where it is not full.
std::string paint(std::string_view attribute, const Ink& ink) {
    std::string text = fmt::format(R"({}="{}")", attribute, hexadecimal(ink.colour));
    if (ink.alpha < 1) text += fmt::format(R"( {}-opacity="{:.3g}")", attribute, ink.alpha);
    return text;
}

/// Text of a document: printable, with the characters that XML reserves as entities. U+FFFE and U+FFFF are valid UTF-8,
/// but XML forbids them.
std::string escaped(std::string_view text) {
    const std::string source = base::printable(text);
    std::string result;
    for (std::size_t i = 0; i < source.size(); ++i) {
        const std::string_view rest = std::string_view(source).substr(i);
        if (rest.starts_with("\xEF\xBF\xBE") || rest.starts_with("\xEF\xBF\xBF")) {
            result += '?';
            i += 2;
            continue;
        }
        switch (source[i]) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            default:
                result += source[i];
        }
    }
    return result;
}

std::string base64(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t word = 0;
        for (std::size_t k = 0; k < 3; ++k) word = word << 8U | (k < count ? bytes[i + k] : 0U);
        for (std::size_t k = 0; k < 4; ++k) {
            text += k <= count ? kDigits[word >> (18U - 6U * static_cast<unsigned>(k)) & 63U] : '=';
        }
    }
    return text;
}

std::string rectangle_text(double x, double y, double width, double height, const std::string& fill) {
    return fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" {}/>\n", pixels(x), pixels(y), pixels(width),
                       pixels(height), fill);
}

}  // namespace

SvgCanvas::SvgCanvas(double width, double height, const Colour& ground, std::string_view title)
    : head_(fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
                        "width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\">\n<title>{2}</title>\n{3}",
                        pixels(width), pixels(height), escaped(title),
                        rectangle_text(0, 0, width, height, paint("fill", {ground, 1})))) {}

void SvgCanvas::gradient(double x, double y, double width, double height, const Ink& top, const Ink& bottom) {
    end_path();
    if (top.colour == bottom.colour && top.alpha == bottom.alpha) {
        shapes_ += rectangle_text(x, y, width, height, paint("fill", top));
        return;
    }
    const int number = ++gradients_;
    shapes_ += fmt::format(
        "<linearGradient id=\"g{}\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"1\"><stop offset=\"0\" {}/>"
        "<stop offset=\"1\" {}/></linearGradient>\n",
        number, paint("stop-color", {top.colour, 1}) + fmt::format(R"( stop-opacity="{:.3g}")", top.alpha),
        paint("stop-color", {bottom.colour, 1}) + fmt::format(R"( stop-opacity="{:.3g}")", bottom.alpha));
    shapes_ += rectangle_text(x, y, width, height, fmt::format("fill=\"url(#g{})\"", number));
}

void SvgCanvas::line(double x0, double y0, double x1, double y1, double width, const Ink& ink) {
    const std::string style = fmt::format("{} stroke-width=\"{}\"", paint("stroke", ink), pixels(width));
    const std::string from = pixels(x0) + "," + pixels(y0);
    const std::string to = pixels(x1) + "," + pixels(y1);
    if (path_.empty() || style != path_style_ || from != path_end_) {
        end_path();
        path_ = from;
        path_style_ = style;
    }
    path_ += " " + to;
    path_end_ = to;
}

void SvgCanvas::end_path() {
    if (path_.empty()) return;
    shapes_ +=
        fmt::format("<polyline points=\"{}\" fill=\"none\" stroke-linejoin=\"round\" {}/>\n", path_, path_style_);
    path_.clear();
}

void SvgCanvas::image(double x, double y, double width, double height, std::span<const std::uint8_t> png) {
    end_path();
    shapes_ +=
        fmt::format("<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" xlink:href=\"data:image/png;base64,{}\"/>\n",
                    pixels(x), pixels(y), pixels(width), pixels(height), base64(png));
}

void SvgCanvas::put_text(double x, double y, const FontSize& size, std::string_view text, const Ink& ink, Align align) {
    if (text.empty()) return;
    const std::string_view anchor = align == Align::left ? "start" : align == Align::centre ? "middle" : "end";
    texts_ += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{}\" {}>{}</text>\n", pixels(x),
                          pixels(std::round(y) + size.ascent), pixels(size.pixels / kLineHeight), anchor,
                          paint("fill", ink), escaped(text));
}

std::string SvgCanvas::document() const {
    SvgCanvas whole = *this;
    whole.end_path();
    return whole.head_ + whole.shapes_ +
           "<g font-family=\"'DejaVu Sans', Verdana, sans-serif\" xml:space=\"preserve\">\n" + whole.texts_ +
           "</g>\n</svg>\n";
}

void write_svg(const std::filesystem::path& path, const SvgCanvas& canvas) {
    base::AtomicFile file(path);
    file.write(canvas.document());
    file.commit();
}

}  // namespace scorefield::render
