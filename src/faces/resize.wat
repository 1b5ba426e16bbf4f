;; The inner loops of resize.ts, four floats at a time (WebAssembly's 128-bit SIMD). Everything is given by its address, in bytes.
;;
;; A tap is a pixel (or row) of the source and its weight; the taps of a pixel of the result lie one after the other: `$sources` has their
;; indices (int32), `$weights` their weights (float32), `$count` is how many they are.
(module
  (memory (export "memory") 1)

  ;; RGB bytes of `$rows` rows of `$width` pixels, resized to `$length` pixels across: rows of float32, `$stride` bytes apart.
  ;; `$line` is room for one row of `$width` pixels of four float32. Reads 1 byte beyond the bytes, writes 4 beyond each row of floats.
  (func (export "across")
    (param $bytes i32) (param $width i32) (param $rows i32)
    (param $sources i32) (param $weights i32) (param $count i32) (param $length i32)
    (param $line i32) (param $target i32) (param $stride i32)
    (local $row i32) (local $i i32) (local $tap i32) (local $source i32) (local $weight i32) (local $to i32) (local $sum v128)
    (loop $each_row
      ;; Three bytes of a pixel become the first three of four floats; the fourth is never looked at.
      (local.set $i (i32.const 0))
      (local.set $to (local.get $line))
      (loop $each_pixel
        (v128.store (local.get $to)
          (f32x4.convert_i32x4_u (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $bytes))))))
        (local.set $bytes (i32.add (local.get $bytes) (i32.const 3)))
        (local.set $to (i32.add (local.get $to) (i32.const 16)))
        (br_if $each_pixel (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $width))))

      (local.set $i (i32.const 0))
      (local.set $source (local.get $sources))
      (local.set $weight (local.get $weights))
      (local.set $to (local.get $target))
      (loop $each_pixel
        (local.set $sum (v128.const f32x4 0 0 0 0))
        (local.set $tap (i32.const 0))
        (loop $each_tap
          (local.set $sum
            (f32x4.add (local.get $sum)
              (f32x4.mul
                (v128.load32_splat (local.get $weight))
                (v128.load (i32.add (local.get $line) (i32.shl (i32.load (local.get $source)) (i32.const 4)))))))
          (local.set $source (i32.add (local.get $source) (i32.const 4)))
          (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
          (br_if $each_tap (i32.lt_u (local.tee $tap (i32.add (local.get $tap) (i32.const 1))) (local.get $count))))
        ;; The fourth float is overwritten by the next pixel.
        (v128.store (local.get $to) (local.get $sum))
        (local.set $to (i32.add (local.get $to) (i32.const 12)))
        (br_if $each_pixel (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $length))))

      (local.set $target (i32.add (local.get $target) (local.get $stride)))
      (br_if $each_row (i32.lt_u (local.tee $row (i32.add (local.get $row) (i32.const 1))) (local.get $rows)))))

  ;; Those rows, resized to `$length` rows of `$bytes` bytes, rounded (halves to even) and clamped. `$stride` is a multiple of 64, so that sixteen
  ;; floats at a time lie within a row; writes up to 15 bytes beyond the last row.
  (func (export "down")
    (param $rows i32) (param $stride i32)
    (param $sources i32) (param $weights i32) (param $count i32) (param $length i32)
    (param $target i32) (param $bytes i32)
    (local $row i32) (local $i i32) (local $tap i32) (local $from i32) (local $weight v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (loop $each_row
      (local.set $i (i32.const 0))
      (loop $each_sixteen
        (local.set $a (v128.const f32x4 0 0 0 0))
        (local.set $b (local.get $a))
        (local.set $c (local.get $a))
        (local.set $d (local.get $a))
        (local.set $tap (i32.const 0))
        (loop $each_tap
          (local.set $from
            (i32.add (local.get $rows)
              (i32.add
                (i32.mul (local.get $stride) (i32.load (i32.add (local.get $sources) (i32.shl (local.get $tap) (i32.const 2)))))
                (i32.shl (local.get $i) (i32.const 2)))))
          (local.set $weight (v128.load32_splat (i32.add (local.get $weights) (i32.shl (local.get $tap) (i32.const 2)))))
          (local.set $a (f32x4.add (local.get $a) (f32x4.mul (local.get $weight) (v128.load (local.get $from)))))
          (local.set $b (f32x4.add (local.get $b) (f32x4.mul (local.get $weight) (v128.load offset=16 (local.get $from)))))
          (local.set $c (f32x4.add (local.get $c) (f32x4.mul (local.get $weight) (v128.load offset=32 (local.get $from)))))
          (local.set $d (f32x4.add (local.get $d) (f32x4.mul (local.get $weight) (v128.load offset=48 (local.get $from)))))
          (br_if $each_tap (i32.lt_u (local.tee $tap (i32.add (local.get $tap) (i32.const 1))) (local.get $count))))
        ;; What goes beyond the row is overwritten by the next one.
        (v128.store (i32.add (local.get $target) (local.get $i))
          (i8x16.narrow_i16x8_u
            (i16x8.narrow_i32x4_s
              (i32x4.trunc_sat_f32x4_s (f32x4.nearest (local.get $a)))
              (i32x4.trunc_sat_f32x4_s (f32x4.nearest (local.get $b))))
            (i16x8.narrow_i32x4_s
              (i32x4.trunc_sat_f32x4_s (f32x4.nearest (local.get $c)))
              (i32x4.trunc_sat_f32x4_s (f32x4.nearest (local.get $d))))))
        (br_if $each_sixteen (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 16))) (local.get $bytes))))
      (local.set $sources (i32.add (local.get $sources) (i32.shl (local.get $count) (i32.const 2))))
      (local.set $weights (i32.add (local.get $weights) (i32.shl (local.get $count) (i32.const 2))))
      (local.set $target (i32.add (local.get $target) (local.get $bytes)))
      (br_if $each_row (i32.lt_u (local.tee $row (i32.add (local.get $row) (i32.const 1))) (local.get $length))))))
