/*
 * Mixed kernel of the tests: c = a * b on AIC cores (rows in L1), y = relu(c) on AIV cores (in UB).
 * C++ with namespace, classes, a template, references and an enum class, and read-only data behind
 * the code. The two entry points have the suffixes of a mixed kernel; local memory is at the small
 * addresses of the core.
 */
using i32 = int;
using u32 = unsigned int;
using u64 = unsigned long;

struct Shape {
	u32 rows;
	u32 columns;
	u32 depth;
	u32 tag;
};

enum class Step : u32 { LOAD, MULTIPLY, STORE, DONE };

extern const u32 scales[4];
const u32 scales[4] = { 1, 2, 4, 8 };

namespace Mix
{
template <typename T> class Tensor {
public:
	Tensor(T *data, u32 columns) : data(data), columns(columns)
	{
	}
	T &at(u32 row, u32 column)
	{
		return data[row * columns + column];
	}

private:
	T *data;
	u32 columns;
};

class Cube {
public:
	Cube(Tensor<i32> &a, Tensor<i32> &b, const Shape &shape);
	void run(Tensor<i32> &c);

private:
	void load(u32 row);
	i32 multiply(u32 column);

	Tensor<i32> a;
	Tensor<i32> b;
	Shape shape;
	Step step;
	i32 *line; /* one row of a, in L1 */
};

Cube::Cube(Tensor<i32> &a, Tensor<i32> &b, const Shape &shape)
    : a(a), b(b), shape(shape), step(Step::LOAD), line(reinterpret_cast<i32 *>(0x1000))
{
}

void Cube::load(u32 row)
{
	step = Step::LOAD;
	for (u32 k = 0; k < shape.depth; k++)
		line[k] = a.at(row, k);
}

i32 Cube::multiply(u32 column)
{
	step = Step::MULTIPLY;
	i32 sum = 0;
	for (u32 k = 0; k < shape.depth; k++)
		sum += line[k] * b.at(k, column);
	return sum * static_cast<i32>(scales[0]);
}

void Cube::run(Tensor<i32> &c)
{
	for (u32 row = 0; row < shape.rows; row++) {
		load(row);
		for (u32 column = 0; column < shape.columns; column++)
			c.at(row, column) = multiply(column);
	}
	step = Step::DONE;
}

class Vector {
public:
	explicit Vector(u32 sub) : sub(sub), step(Step::LOAD)
	{
	}
	void run(const i32 *c, i32 *y, u32 n);

private:
	i32 relu(i32 value);

	u32 sub;
	Step step;
};

i32 Vector::relu(i32 value)
{
	const i32 zero = 0;
	i32 result = value > zero ? value : zero;
	return result;
}

void Vector::run(const i32 *c, i32 *y, u32 n)
{
	i32 *ub = reinterpret_cast<i32 *>(0x100);
	u32 half = n / 2;
	for (u32 i = 0; i < half; i++) {
		ub[i] = c[sub * half + i];
		y[sub * half + i] = relu(ub[i]);
	}
	step = Step::DONE;
}
} // namespace Mix

extern "C" void matmul_mix_mix_aic(i32 *a, i32 *b, i32 *c, i32 *y, const Shape *shape)
{
	Mix::Tensor<i32> left(a, shape->depth);
	Mix::Tensor<i32> right(b, shape->columns);
	Mix::Tensor<i32> result(c, shape->columns);
	Mix::Cube cube(left, right, *shape);
	cube.run(result);
	y[0] = -1;
}

extern "C" void matmul_mix_mix_aiv(i32 *c, i32 *y, const Shape *shape, u32 sub)
{
	Mix::Vector vector(sub);
	vector.run(c, y, shape->rows * shape->columns);
}
