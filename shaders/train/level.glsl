// A noise level in memory (train::NoiseLevel, its weight's root): LEVEL_FLOATS floats, at these places.
#ifndef SCOREFIELD_TRAIN_LEVEL_GLSL
#define SCOREFIELD_TRAIN_LEVEL_GLSL

#define LEVEL_C_NOISE 0u
#define LEVEL_C_IN 1u
#define LEVEL_ALPHA 2u
#define LEVEL_SIGMA 3u
#define LEVEL_SIGMA_STEP 4u
#define LEVEL_OF_DATA 5u
#define LEVEL_OF_NOISE 6u
#define LEVEL_OF_STEP 7u
#define LEVEL_ROOT_WEIGHT 8u
#define LEVEL_SKIP 9u
#define LEVEL_OUT 10u
#define LEVEL_SPREAD 11u
#define LEVEL_FLOATS 12u

uint choose(uint word, uint count) {
    uint high;
    uint low;
    umulExtended(word, count, high, low);
    return high;
}

// The place of a batch's level in memory.
uint level_place(uint level, uint levels, uint all_levels, uint start) {
    return LEVEL_FLOATS * ((level * all_levels + start) / levels);
}

const uint NOWHERE = ~0u;  // the rows' levels, where there is one

#endif
