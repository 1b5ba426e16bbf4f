;; The inner loops of gram.ts. Addresses are in bytes.
(module
  (memory (export "memory") 1)

  ;; Dot products of each pair of `$samples` rows at `$rows`, of `$bytes` bytes each, a multiple of 8
  ;; and at most 2¹⁷ (four sums of 32 bits). Writes 64-bit floats `[samples, samples]` at `$target`,
  ;; those below the diagonal and on it.
  (func (export "gram") (param $rows i32) (param $samples i32) (param $bytes i32) (param $target i32)
    (local $i i32) (local $j i32) (local $a i32) (local $b i32) (local $from i32) (local $end i32) (local $sum v128)
    (loop $each_row
      (local.set $from (i32.add (local.get $rows) (i32.mul (local.get $i) (local.get $bytes))))
      (local.set $end (i32.add (local.get $from) (local.get $bytes)))
      (local.set $b (local.get $rows))
      (local.set $j (i32.const 0))
      (loop $each_other
        (local.set $a (local.get $from))
        (local.set $sum (v128.const i32x4 0 0 0 0))
        (loop $each_eight
          (local.set $sum
            (i32x4.add (local.get $sum)
              (i32x4.dot_i16x8_s (v128.load8x8_u (local.get $a)) (v128.load8x8_u (local.get $b)))))
          (local.set $b (i32.add (local.get $b) (i32.const 8)))
          (br_if $each_eight (i32.lt_u (local.tee $a (i32.add (local.get $a) (i32.const 8))) (local.get $end))))
        (f64.store
          (i32.add (local.get $target)
            (i32.shl (i32.add (i32.mul (local.get $i) (local.get $samples)) (local.get $j)) (i32.const 3)))
          (f64.convert_i64_s
            (i64.add
              (i64.add
                (i64.extend_i32_s (i32x4.extract_lane 0 (local.get $sum)))
                (i64.extend_i32_s (i32x4.extract_lane 1 (local.get $sum))))
              (i64.add
                (i64.extend_i32_s (i32x4.extract_lane 2 (local.get $sum)))
                (i64.extend_i32_s (i32x4.extract_lane 3 (local.get $sum)))))))
        (br_if $each_other (i32.le_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (local.get $i))))
      (br_if $each_row (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $samples)))))

  ;; Weighted sums of `$samples` rows at `$rows`, as above, with the 32-bit floats at `$weights`: as
  ;; many 32-bit floats at `$target` as a row has bytes.
  (func (export "combine")
    (param $rows i32) (param $samples i32) (param $bytes i32) (param $weights i32) (param $target i32)
    (local $i i32) (local $at i32) (local $from i32) (local $weight v128) (local $eight v128) (local $low v128) (local $high v128)
    (loop $each_eight
      (local.set $low (v128.const f32x4 0 0 0 0))
      (local.set $high (local.get $low))
      (local.set $from (i32.add (local.get $rows) (local.get $at)))
      (local.set $i (i32.const 0))
      (loop $each_row
        (local.set $weight (v128.load32_splat (i32.add (local.get $weights) (i32.shl (local.get $i) (i32.const 2)))))
        (local.set $eight (v128.load8x8_u (local.get $from)))
        (local.set $low
          (f32x4.add (local.get $low)
            (f32x4.mul (local.get $weight) (f32x4.convert_i32x4_s (i32x4.extend_low_i16x8_s (local.get $eight))))))
        (local.set $high
          (f32x4.add (local.get $high)
            (f32x4.mul (local.get $weight) (f32x4.convert_i32x4_s (i32x4.extend_high_i16x8_s (local.get $eight))))))
        (local.set $from (i32.add (local.get $from) (local.get $bytes)))
        (br_if $each_row (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $samples))))
      (v128.store (local.get $target) (local.get $low))
      (v128.store offset=16 (local.get $target) (local.get $high))
      (local.set $target (i32.add (local.get $target) (i32.const 32)))
      (br_if $each_eight (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (local.get $bytes))))))
