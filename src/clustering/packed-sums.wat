;; The inner loops of packed-sums.ts. Addresses are in bytes. An entry of a table has 32 bytes: a
;; number for each of the vectors whose distances are summed at a time, eight 32-bit floats or four
;; 64-bit ones.
(module
  (memory (export "memory") 1)

  ;; Adds entries of two tables: the addresses of both, two int32, lie from `$at` to before `$end`.
  ;; The sums become a table at `$target`. Expects at least one.
  (func (export "merge32") (param $at i32) (param $end i32) (param $target i32)
    (local $a i32) (local $b i32)
    (loop $each
      (local.set $a (i32.load (local.get $at)))
      (local.set $b (i32.load offset=4 (local.get $at)))
      (v128.store (local.get $target)
        (f32x4.add (v128.load (local.get $a)) (v128.load (local.get $b))))
      (v128.store offset=16 (local.get $target)
        (f32x4.add (v128.load offset=16 (local.get $a)) (v128.load offset=16 (local.get $b))))
      (local.set $target (i32.add (local.get $target) (i32.const 32)))
      (br_if $each (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (local.get $end)))))

  (func (export "merge64") (param $at i32) (param $end i32) (param $target i32)
    (local $a i32) (local $b i32)
    (loop $each
      (local.set $a (i32.load (local.get $at)))
      (local.set $b (i32.load offset=4 (local.get $at)))
      (v128.store (local.get $target)
        (f64x2.add (v128.load (local.get $a)) (v128.load (local.get $b))))
      (v128.store offset=16 (local.get $target)
        (f64x2.add (v128.load offset=16 (local.get $a)) (v128.load offset=16 (local.get $b))))
      (local.set $target (i32.add (local.get $target) (i32.const 32)))
      (br_if $each (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (local.get $end)))))

  ;; Weighted sums of square roots of sums of entries. For each root, from `$at` on, lie the
  ;; addresses of at least two entries, int32, `$bytes` bytes in all. Roots of the same weight are a
  ;; run: from `$run` to before `$end` lie, for each run, the address, int32, where it ends, and, 8
  ;; bytes on, its weight, a 64-bit float. Writes 64-bit floats at `$target`. Expects at least one
  ;; run, and none that is empty. The roots of a run are summed as 32-bit floats.
  (func (export "sum32")
    (param $at i32) (param $bytes i32) (param $run i32) (param $end i32) (param $target i32)
    (local $next i32) (local $stop i32) (local $entry i32) (local $other i32) (local $weight v128)
    (local $low v128) (local $high v128) (local $low_sum v128) (local $high_sum v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (loop $each_run
      (local.set $stop (i32.load (local.get $run)))
      (local.set $low_sum (v128.const f32x4 0 0 0 0))
      (local.set $high_sum (local.get $low_sum))
      (loop $each_root
        (local.set $next (i32.add (local.get $at) (local.get $bytes)))
        (local.set $entry (i32.load (local.get $at)))
        (local.set $other (i32.load offset=4 (local.get $at)))
        (local.set $low (f32x4.add (v128.load (local.get $entry)) (v128.load (local.get $other))))
        (local.set $high (f32x4.add (v128.load offset=16 (local.get $entry)) (v128.load offset=16 (local.get $other))))
        (block $added
          (br_if $added (i32.eq (local.tee $at (i32.add (local.get $at) (i32.const 8))) (local.get $next)))
          (loop $each_entry
            (local.set $entry (i32.load (local.get $at)))
            (local.set $low (f32x4.add (local.get $low) (v128.load (local.get $entry))))
            (local.set $high (f32x4.add (local.get $high) (v128.load offset=16 (local.get $entry))))
            (br_if $each_entry (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4))) (local.get $next)))))
        (local.set $low_sum (f32x4.add (local.get $low_sum) (f32x4.sqrt (local.get $low))))
        (local.set $high_sum (f32x4.add (local.get $high_sum) (f32x4.sqrt (local.get $high))))
        (br_if $each_root (i32.lt_u (local.get $at) (local.get $stop))))
      (local.set $weight (v128.load64_splat offset=8 (local.get $run)))
      (local.set $a (f64x2.add (local.get $a)
        (f64x2.mul (local.get $weight) (f64x2.promote_low_f32x4 (local.get $low_sum)))))
      (local.set $b (f64x2.add (local.get $b)
        (f64x2.mul (local.get $weight)
          (f64x2.promote_low_f32x4 (i64x2.splat (i64x2.extract_lane 1 (local.get $low_sum)))))))
      (local.set $c (f64x2.add (local.get $c)
        (f64x2.mul (local.get $weight) (f64x2.promote_low_f32x4 (local.get $high_sum)))))
      (local.set $d (f64x2.add (local.get $d)
        (f64x2.mul (local.get $weight)
          (f64x2.promote_low_f32x4 (i64x2.splat (i64x2.extract_lane 1 (local.get $high_sum)))))))
      (br_if $each_run (i32.lt_u (local.tee $run (i32.add (local.get $run) (i32.const 16))) (local.get $end))))
    (v128.store (local.get $target) (local.get $a))
    (v128.store offset=16 (local.get $target) (local.get $b))
    (v128.store offset=32 (local.get $target) (local.get $c))
    (v128.store offset=48 (local.get $target) (local.get $d)))

  (func (export "sum64")
    (param $at i32) (param $bytes i32) (param $run i32) (param $end i32) (param $target i32)
    (local $next i32) (local $stop i32) (local $entry i32) (local $other i32) (local $weight v128)
    (local $low v128) (local $high v128) (local $low_sum v128) (local $high_sum v128)
    (local $a v128) (local $b v128)
    (loop $each_run
      (local.set $stop (i32.load (local.get $run)))
      (local.set $low_sum (v128.const f64x2 0 0))
      (local.set $high_sum (local.get $low_sum))
      (loop $each_root
        (local.set $next (i32.add (local.get $at) (local.get $bytes)))
        (local.set $entry (i32.load (local.get $at)))
        (local.set $other (i32.load offset=4 (local.get $at)))
        (local.set $low (f64x2.add (v128.load (local.get $entry)) (v128.load (local.get $other))))
        (local.set $high (f64x2.add (v128.load offset=16 (local.get $entry)) (v128.load offset=16 (local.get $other))))
        (block $added
          (br_if $added (i32.eq (local.tee $at (i32.add (local.get $at) (i32.const 8))) (local.get $next)))
          (loop $each_entry
            (local.set $entry (i32.load (local.get $at)))
            (local.set $low (f64x2.add (local.get $low) (v128.load (local.get $entry))))
            (local.set $high (f64x2.add (local.get $high) (v128.load offset=16 (local.get $entry))))
            (br_if $each_entry (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4))) (local.get $next)))))
        (local.set $low_sum (f64x2.add (local.get $low_sum) (f64x2.sqrt (local.get $low))))
        (local.set $high_sum (f64x2.add (local.get $high_sum) (f64x2.sqrt (local.get $high))))
        (br_if $each_root (i32.lt_u (local.get $at) (local.get $stop))))
      (local.set $weight (v128.load64_splat offset=8 (local.get $run)))
      (local.set $a (f64x2.add (local.get $a) (f64x2.mul (local.get $weight) (local.get $low_sum))))
      (local.set $b (f64x2.add (local.get $b) (f64x2.mul (local.get $weight) (local.get $high_sum))))
      (br_if $each_run (i32.lt_u (local.tee $run (i32.add (local.get $run) (i32.const 16))) (local.get $end))))
    (v128.store (local.get $target) (local.get $a))
    (v128.store offset=16 (local.get $target) (local.get $b))))
