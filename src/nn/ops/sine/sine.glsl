// sin(x + quarters*pi/2) for |x| up to about 10^4: the nearest multiple of pi/2 in three parts whose products are exact,
// then minimax polynomials of Cephes on [-pi/4, pi/4]. Vulkan promises nothing of its own sine beyond [-pi, pi].
float sine(float x, int quarters) {
    precise float n = floor(x * 0.636619772 + 0.5);
    precise float r = x - n * 1.5703125;
    r = r - n * 4.837512969970703e-4;
    r = r - n * 7.549789948768648e-8;
    float z = r * r;
    float odd = ((-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1) * z * r + r;
    float even =
        ((2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2) * z * z - 0.5 * z + 1.0;
    int quadrant = (int(n) + quarters) & 3;
    float result = (quadrant & 1) != 0 ? even : odd;
    return quadrant >= 2 ? -result : result;
}
