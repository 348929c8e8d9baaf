#include "data/drawing.hpp"

#include <cstdint>
#include <vector>

namespace scorefield::data {
namespace {

struct Knot {
    std::int8_t x = 0;
    std::int8_t y = 0;
};

constexpr double kUnit = 1.0 / 20;  ///< of the knots below

/// Each a smooth curve; two knots are a straight line.
std::vector<std::vector<Knot>> strokes() {
    return {
        // chin, head, neck, back, tip of the tail
        {{9, 55},
         {7, 58},
         {9, 62},
         {14, 65},
         {20, 65},
         {24, 61},
         {26, 53},
         {29, 44},
         {35, 37},
         {44, 36},
         {54, 37},
         {63, 34},
         {71, 27},
         {79, 20},
         {87, 17},
         {93, 20},
         {97, 27}},
        // back along the tail's lower side
        {{97, 27}, {97, 18}, {91, 11}, {82, 10}, {74, 14}},
        // hind leg, belly, fore leg, chest and throat
        {{74, 14}, {72, 8}, {73, 2}, {65, 2}, {65, 9}, {62, 15}},
        {{62, 15}, {54, 13}, {46, 14}},
        {{46, 14}, {44, 8}, {45, 2}, {37, 2}, {37, 9}, {34, 17}},
        {{34, 17}, {27, 24}, {22, 34}, {19, 45}, {17, 51}, {13, 53}, {9, 55}},
        // the legs behind
        {{62, 15}, {61, 8}, {61, 4}, {55, 4}, {55, 8}, {56, 14}},
        {{34, 17}, {33, 9}, {33, 4}, {27, 4}, {27, 10}, {29, 22}},
        // smile and eye
        {{9, 57}, {12, 56}, {15, 57}},
        {{17, 62}, {18, 61}, {17, 60}, {16, 61}, {17, 62}},
        // plates of the back
        {{35, 37}, {38, 43}},
        {{38, 43}, {44, 36}},
        {{44, 36}, {49, 44}},
        {{49, 44}, {54, 37}},
        {{54, 37}, {61, 43}},
        {{61, 43}, {63, 34}},
        {{63, 34}, {71, 37}},
        {{71, 37}, {71, 27}},
        {{71, 27}, {79, 28}},
        {{79, 28}, {79, 20}},
        // spots
        {{45, 27}, {49, 29}, {51, 25}, {47, 23}, {45, 27}},
        {{56, 24}, {58, 28}, {62, 26}, {60, 22}, {56, 24}},
        {{37, 24}, {40, 26}, {41, 22}, {38, 21}, {37, 24}},
    };
}

Polyline draw() {
    Polyline drawing;
    for (const std::vector<Knot>& stroke : strokes()) {
        std::vector<Polyline::Place> knots;
        knots.reserve(stroke.size());
        for (const Knot& knot : stroke) knots.push_back({kUnit * knot.x, kUnit * knot.y, 0});
        drawing.add_curve(knots);
    }
    return drawing;
}

}  // namespace

const Polyline& dinosaur() {
    static const Polyline drawing = draw();
    return drawing;
}

}  // namespace scorefield::data
