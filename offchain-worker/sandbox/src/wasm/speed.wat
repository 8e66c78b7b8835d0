;; A bit of everything that apps do: integers, floating point, memory, branches. It ends when its fuel does.
(module
	(memory (export "memory") 16)
	(func (export "_start")
		(local $i i32) (local $x i64) (local $y f64)
		(local.set $x (i64.const 88172645463325252))
		(loop $again
			(local.set $x (i64.xor (local.get $x) (i64.shl (local.get $x) (i64.const 13))))
			(local.set $x (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 7))))
			(local.set $x (i64.xor (local.get $x) (i64.shl (local.get $x) (i64.const 17))))
			(local.set $i (i32.and (i32.wrap_i64 (local.get $x)) (i32.const 0xffff8)))
			(i64.store (local.get $i) (i64.add (i64.load (local.get $i)) (local.get $x)))
			(local.set $y (f64.add
				(f64.mul (local.get $y) (f64.const 0.5))
				(f64.convert_i32_u (local.get $i))))
			(if (f64.gt (local.get $y) (f64.const 1e6)) (then (local.set $y (f64.sqrt (local.get $y)))))
			(br $again))))
