;; The inner loops of resize.ts, four floats at a time (WebAssembly's 128-bit SIMD). Addresses are
;; in bytes.
;;
;; A tap is a pixel (or row) of the source and its weight; the taps of a pixel of the result lie one
;; after the other: `$sources` has their indices (int32), `$weights` their weights (float32),
;; `$count` is their number.
(module
  (memory (export "memory") 1)

  ;; RGB bytes of `$rows` rows of `$width` pixels, resized to `$length` pixels across: rows of
  ;; float32, `$stride` bytes apart. `$line` is room for two rows of `$width` pixels of four
  ;; float32. Reads 1 byte beyond the bytes, writes 4 beyond each row of floats. Two rows go through
  ;; at a time, so that a tap is looked up once for both; if their number is odd, the last but one
  ;; is computed twice.
  (func (export "across")
    (param $bytes i32) (param $width i32) (param $rows i32)
    (param $sources i32) (param $weights i32) (param $count i32) (param $length i32)
    (param $line i32) (param $target i32) (param $stride i32)
    (local $row i32) (local $next i32) (local $i i32) (local $tap i32) (local $source i32) (local $weight i32)
    (local $from_a i32) (local $from_b i32) (local $to_a i32) (local $to_b i32) (local $pixel i32)
    (local $factor v128) (local $a v128) (local $b v128)
    (loop $each_two_rows
      (if (i32.and (i32.gt_u (local.get $row) (i32.const 0)) (i32.eq (i32.add (local.get $row) (i32.const 1)) (local.get $rows)))
        (then (local.set $row (i32.sub (local.get $row) (i32.const 1)))))
      (local.set $next (i32.add (local.get $row) (i32.lt_u (i32.add (local.get $row) (i32.const 1)) (local.get $rows))))
      ;; Three bytes of a pixel become the first three of four floats; the fourth is ignored. A
      ;; pixel of one row and that of the other lie side by side.
      (local.set $from_a (i32.add (local.get $bytes) (i32.mul (local.get $row) (i32.mul (local.get $width) (i32.const 3)))))
      (local.set $from_b (i32.add (local.get $bytes) (i32.mul (local.get $next) (i32.mul (local.get $width) (i32.const 3)))))
      (local.set $i (i32.const 0))
      (local.set $pixel (local.get $line))
      (loop $each_pixel
        (v128.store (local.get $pixel)
          (f32x4.convert_i32x4_u (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $from_a))))))
        (v128.store offset=16 (local.get $pixel)
          (f32x4.convert_i32x4_u (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $from_b))))))
        (local.set $from_a (i32.add (local.get $from_a) (i32.const 3)))
        (local.set $from_b (i32.add (local.get $from_b) (i32.const 3)))
        (local.set $pixel (i32.add (local.get $pixel) (i32.const 32)))
        (br_if $each_pixel (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $width))))

      (local.set $i (i32.const 0))
      (local.set $source (local.get $sources))
      (local.set $weight (local.get $weights))
      (local.set $to_a (i32.add (local.get $target) (i32.mul (local.get $row) (local.get $stride))))
      (local.set $to_b (i32.add (local.get $target) (i32.mul (local.get $next) (local.get $stride))))
      (loop $each_pixel
        (local.set $a (v128.const f32x4 0 0 0 0))
        (local.set $b (local.get $a))
        (local.set $tap (i32.const 0))
        (loop $each_tap
          (local.set $factor (v128.load32_splat (local.get $weight)))
          (local.set $pixel (i32.add (local.get $line) (i32.shl (i32.load (local.get $source)) (i32.const 5))))
          (local.set $a (f32x4.add (local.get $a) (f32x4.mul (local.get $factor) (v128.load (local.get $pixel)))))
          (local.set $b (f32x4.add (local.get $b) (f32x4.mul (local.get $factor) (v128.load offset=16 (local.get $pixel)))))
          (local.set $source (i32.add (local.get $source) (i32.const 4)))
          (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
          (br_if $each_tap (i32.lt_u (local.tee $tap (i32.add (local.get $tap) (i32.const 1))) (local.get $count))))
        ;; The fourth float is overwritten by the next pixel.
        (v128.store (local.get $to_a) (local.get $a))
        (v128.store (local.get $to_b) (local.get $b))
        (local.set $to_a (i32.add (local.get $to_a) (i32.const 12)))
        (local.set $to_b (i32.add (local.get $to_b) (i32.const 12)))
        (br_if $each_pixel (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $length))))

      (br_if $each_two_rows (i32.lt_u (local.tee $row (i32.add (local.get $row) (i32.const 2))) (local.get $rows)))))

  ;; Those rows, resized to `$length` rows of `$bytes` bytes, rounded (halves to even) and clamped.
  ;; `$stride` is a multiple of 128, so that 32 floats at a time lie within a row; writes up to 31
  ;; bytes beyond the last row.
  (func (export "down")
    (param $rows i32) (param $stride i32)
    (param $sources i32) (param $weights i32) (param $count i32) (param $length i32)
    (param $target i32) (param $bytes i32)
    (local $row i32) (local $i i32) (local $tap i32) (local $from i32) (local $weight v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $e v128) (local $f v128) (local $g v128) (local $h v128)
    (loop $each_row
      (local.set $i (i32.const 0))
      (loop $each_32
        (local.set $a (v128.const f32x4 0 0 0 0))
        (local.set $b (local.get $a))
        (local.set $c (local.get $a))
        (local.set $d (local.get $a))
        (local.set $e (local.get $a))
        (local.set $f (local.get $a))
        (local.set $g (local.get $a))
        (local.set $h (local.get $a))
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
          (local.set $e (f32x4.add (local.get $e) (f32x4.mul (local.get $weight) (v128.load offset=64 (local.get $from)))))
          (local.set $f (f32x4.add (local.get $f) (f32x4.mul (local.get $weight) (v128.load offset=80 (local.get $from)))))
          (local.set $g (f32x4.add (local.get $g) (f32x4.mul (local.get $weight) (v128.load offset=96 (local.get $from)))))
          (local.set $h (f32x4.add (local.get $h) (f32x4.mul (local.get $weight) (v128.load offset=112 (local.get $from)))))
          (br_if $each_tap (i32.lt_u (local.tee $tap (i32.add (local.get $tap) (i32.const 1))) (local.get $count))))
        ;; Bytes beyond the row are overwritten by the next one.
        (v128.store (i32.add (local.get $target) (local.get $i))
          (i8x16.narrow_i16x8_u
            (i16x8.narrow_i32x4_s
              (i32x4.trunc_sat_f32x4_s (f32x4.nearest (local.get $a)))
              (i32x4.trunc_sat_f32x4_s (f32x4.nearest (local.get $b))))
            (i16x8.narrow_i32x4_s
              (i32x4.trunc_sat_f32x4_s (f32x4.nearest (local.get $c)))
              (i32x4.trunc_sat_f32x4_s (f32x4.nearest (local.get $d))))))
        (v128.store offset=16 (i32.add (local.get $target) (local.get $i))
          (i8x16.narrow_i16x8_u
            (i16x8.narrow_i32x4_s
              (i32x4.trunc_sat_f32x4_s (f32x4.nearest (local.get $e)))
              (i32x4.trunc_sat_f32x4_s (f32x4.nearest (local.get $f))))
            (i16x8.narrow_i32x4_s
              (i32x4.trunc_sat_f32x4_s (f32x4.nearest (local.get $g)))
              (i32x4.trunc_sat_f32x4_s (f32x4.nearest (local.get $h))))))
        (br_if $each_32 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 32))) (local.get $bytes))))
      (local.set $sources (i32.add (local.get $sources) (i32.shl (local.get $count) (i32.const 2))))
      (local.set $weights (i32.add (local.get $weights) (i32.shl (local.get $count) (i32.const 2))))
      (local.set $target (i32.add (local.get $target) (local.get $bytes)))
      (br_if $each_row (i32.lt_u (local.tee $row (i32.add (local.get $row) (i32.const 1))) (local.get $length))))))
