;; The inner loops of crop.ts. Addresses are in bytes.
(module
  (memory (export "memory") 1)

  ;; Means of `$across × $down` pixels (each from 1 to 256), each rounded: RGB bytes of `$rows` rows
  ;; of `$columns` pixels at `$target`. `$bytes` is the first pixel's address, rows of the source
  ;; are `$stride` bytes apart. `$sums` has room for the sums of one row, two bytes for each of its
  ;; bytes. Reads up to 15 bytes beyond the source and 2 beyond the sums, writes up to 30 beyond the
  ;; sums and 5 beyond the target.
  (func (export "reduce")
    (param $bytes i32) (param $stride i32) (param $across i32) (param $down i32)
    (param $columns i32) (param $rows i32) (param $sums i32) (param $target i32)
    (local $row i32) (local $i i32) (local $k i32) (local $from i32) (local $width i32) (local $weight v128)
    (local $low v128) (local $high v128) (local $sixteen v128)
    (if (i32.and (i32.eq (local.get $across) (i32.const 2)) (i32.eq (local.get $down) (i32.const 2)))
      (then
        (call $halve (local.get $bytes) (local.get $stride) (local.get $columns) (local.get $rows) (local.get $target))
        (return)))
    (local.set $width (i32.mul (i32.mul (local.get $columns) (local.get $across)) (i32.const 3)))
    (local.set $weight (f32x4.splat (f32.div (f32.const 1) (f32.convert_i32_u (i32.mul (local.get $across) (local.get $down))))))
    (loop $each_row
      ;; Down: sixteen bytes at a time.
      (local.set $i (i32.const 0))
      (loop $each_sixteen
        (local.set $low (v128.const i32x4 0 0 0 0))
        (local.set $high (local.get $low))
        (local.set $k (i32.const 0))
        (local.set $from (i32.add (local.get $bytes) (local.get $i)))
        (loop $each_source_row
          (local.set $sixteen (v128.load (local.get $from)))
          (local.set $low (i16x8.add (local.get $low) (i16x8.extend_low_i8x16_u (local.get $sixteen))))
          (local.set $high (i16x8.add (local.get $high) (i16x8.extend_high_i8x16_u (local.get $sixteen))))
          (local.set $from (i32.add (local.get $from) (local.get $stride)))
          (br_if $each_source_row (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 1))) (local.get $down))))
        (local.set $from (i32.add (local.get $sums) (i32.shl (local.get $i) (i32.const 1))))
        (v128.store (local.get $from) (local.get $low))
        (v128.store offset=16 (local.get $from) (local.get $high))
        (br_if $each_sixteen (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 16))) (local.get $width))))

      ;; Across: pixel by pixel.
      (local.set $i (i32.const 0))
      (local.set $from (local.get $sums))
      (loop $each_pixel
        ;; A pixel's three sums and one of the next, which is ignored.
        (local.set $low (v128.const i32x4 0 0 0 0))
        (local.set $k (i32.const 0))
        (loop $each_source_pixel
          (local.set $low (i32x4.add (local.get $low) (v128.load16x4_u (local.get $from))))
          (local.set $from (i32.add (local.get $from) (i32.const 6)))
          (br_if $each_source_pixel (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 1))) (local.get $across))))
        (local.set $low
          (i32x4.trunc_sat_f32x4_s
            (f32x4.add
              (f32x4.mul (f32x4.convert_i32x4_u (local.get $low)) (local.get $weight))
              (v128.const f32x4 0.5 0.5 0.5 0.5))))
        ;; The fourth byte is overwritten by the next pixel.
        (local.set $low (i16x8.narrow_i32x4_s (local.get $low) (local.get $low)))
        (v128.store32_lane 0 (local.get $target) (i8x16.narrow_i16x8_u (local.get $low) (local.get $low)))
        (local.set $target (i32.add (local.get $target) (i32.const 3)))
        (br_if $each_pixel (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $columns))))

      (local.set $bytes (i32.add (local.get $bytes) (i32.mul (local.get $stride) (local.get $down))))
      (br_if $each_row (i32.lt_u (local.tee $row (i32.add (local.get $row) (i32.const 1))) (local.get $rows)))))

  ;; As `reduce` of 2 × 2 pixels, two of the target's at a time: the pictures of clusters take 0.82 of
  ;; the time.
  (func $halve
    (param $bytes i32) (param $stride i32) (param $columns i32) (param $rows i32) (param $target i32)
    (local $row i32) (local $i i32) (local $from i32) (local $to i32) (local $sums v128)
    (loop $each_row
      (local.set $i (i32.const 0))
      (local.set $from (local.get $bytes))
      (local.set $to (local.get $target))
      (loop $each_two
        (local.set $sums
          (i16x8.add
            (i16x8.extadd_pairwise_i8x16_u
              (i8x16.swizzle (v128.load (local.get $from)) (v128.const i8x16 0 3 1 4 2 5 6 9 7 10 8 11 -1 -1 -1 -1)))
            (i16x8.extadd_pairwise_i8x16_u
              (i8x16.swizzle
                (v128.load (i32.add (local.get $from) (local.get $stride)))
                (v128.const i8x16 0 3 1 4 2 5 6 9 7 10 8 11 -1 -1 -1 -1)))))
        (local.set $sums (i16x8.shr_u (i16x8.add (local.get $sums) (i16x8.splat (i32.const 2))) (i32.const 2)))
        ;; The last two bytes are overwritten by the next pixels, as is the second pixel where the
        ;; number of columns is odd.
        (v128.store64_lane 0 (local.get $to) (i8x16.narrow_i16x8_u (local.get $sums) (local.get $sums)))
        (local.set $from (i32.add (local.get $from) (i32.const 12)))
        (local.set $to (i32.add (local.get $to) (i32.const 6)))
        (br_if $each_two (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 2))) (local.get $columns))))
      (local.set $target (i32.add (local.get $target) (i32.mul (local.get $columns) (i32.const 3))))
      (local.set $bytes (i32.add (local.get $bytes) (i32.shl (local.get $stride) (i32.const 1))))
      (br_if $each_row (i32.lt_u (local.tee $row (i32.add (local.get $row) (i32.const 1))) (local.get $rows)))))

  ;; RGB bytes of `$across × $down` pixels at `$target`, each the mean of `$count` bilinear samples
  ;; of the `$width × $height` pixels at `$bytes`. Pixel (u, v) is sampled at (x0 + xu·u + xv·v, y0
  ;; + yu·u + yv·v) plus each of the `$offsets`: x and y in turn. All positions are in pixels, times
  ;; 2³² (signed 64-bit integers: comparing and splitting them takes no time beside the same with
  ;; floats); beyond the border they are moved onto it. Written without functions, since V8 does not
  ;; inline them. Reads 5 bytes beyond the source, writes 1 beyond the target.
  (func (export "resample")
    (param $bytes i32) (param $width i32) (param $height i32)
    (param $x0 i64) (param $y0 i64) (param $xu i64) (param $xv i64) (param $yu i64) (param $yv i64)
    (param $offsets i32) (param $count i32) (param $target i32) (param $across i32) (param $down i32)
    (local $u i32) (local $v i32) (local $i i32) (local $offset i32) (local $stride i32)
    (local $upper i32) (local $lower i32)
    (local $last_x i64) (local $last_y i64) (local $pixel_x i64) (local $pixel_y i64) (local $x i64) (local $y i64)
    (local $share v128) (local $weight v128) (local $sum v128) (local $above v128) (local $below v128)
    (local.set $stride (i32.mul (local.get $width) (i32.const 3)))
    (local.set $last_x (i64.shl (i64.extend_i32_u (i32.sub (local.get $width) (i32.const 1))) (i64.const 32)))
    (local.set $last_y (i64.shl (i64.extend_i32_u (i32.sub (local.get $height) (i32.const 1))) (i64.const 32)))
    (local.set $weight (f32x4.splat (f32.div (f32.const 0x1p-21) (f32.convert_i32_u (local.get $count)))))
    (loop $each_row
      (local.set $pixel_x (local.get $x0))
      (local.set $pixel_y (local.get $y0))
      (local.set $u (i32.const 0))
      (loop $each_pixel
        (local.set $sum (v128.const f32x4 0 0 0 0))
        (local.set $i (i32.const 0))
        (local.set $offset (local.get $offsets))
        (loop $each_sample
          (local.set $x (i64.add (local.get $pixel_x) (i64.load (local.get $offset))))
          (local.set $x (select (i64.const 0) (local.get $x) (i64.lt_s (local.get $x) (i64.const 0))))
          (local.set $x (select (local.get $last_x) (local.get $x) (i64.gt_s (local.get $x) (local.get $last_x))))
          (local.set $y (i64.add (local.get $pixel_y) (i64.load offset=8 (local.get $offset))))
          (local.set $y (select (i64.const 0) (local.get $y) (i64.lt_s (local.get $y) (i64.const 0))))
          (local.set $y (select (local.get $last_y) (local.get $y) (i64.gt_s (local.get $y) (local.get $last_y))))
          (local.set $upper
            (i32.add (local.get $bytes)
              (i32.add
                (i32.mul (i32.wrap_i64 (i64.shr_u (local.get $y) (i64.const 32))) (local.get $stride))
                (i32.mul (i32.wrap_i64 (i64.shr_u (local.get $x) (i64.const 32))) (i32.const 3)))))
          ;; Below the last row nothing is read: its weight is zero. So is the weight of what is
          ;; right of the last column.
          (local.set $lower
            (i32.add (local.get $upper)
              (select (local.get $stride) (i32.const 0) (i64.lt_s (local.get $y) (local.get $last_y)))))
          ;; Weights of 14 bits: a pixel's and its neighbor's, side by side.
          (local.set $share
            (i32x4.splat
              (i32.add (i32.const 16384) (i32.mul (i32.shr_u (i32.wrap_i64 (local.get $x)) (i32.const 18)) (i32.const 65535)))))
          (local.set $above
            (i32x4.dot_i16x8_s
              (i8x16.swizzle (v128.load64_zero (local.get $upper)) (v128.const i8x16 0 -1 3 -1 1 -1 4 -1 2 -1 5 -1 -1 -1 -1 -1))
              (local.get $share)))
          (local.set $below
            (i32x4.dot_i16x8_s
              (i8x16.swizzle (v128.load64_zero (local.get $lower)) (v128.const i8x16 0 -1 3 -1 1 -1 4 -1 2 -1 5 -1 -1 -1 -1 -1))
              (local.get $share)))
          ;; In 128ths of a level both fit in 32 bits.
          (local.set $above (i32x4.shr_u (i32x4.add (local.get $above) (v128.const i32x4 64 64 64 64)) (i32.const 7)))
          (local.set $below (i32x4.shr_u (i32x4.add (local.get $below) (v128.const i32x4 64 64 64 64)) (i32.const 7)))
          (local.set $share
            (i32x4.splat
              (i32.add (i32.const 16384) (i32.mul (i32.shr_u (i32.wrap_i64 (local.get $y)) (i32.const 18)) (i32.const 65535)))))
          (local.set $sum
            (f32x4.add (local.get $sum)
              (f32x4.convert_i32x4_s
                (i32x4.dot_i16x8_s
                  (v128.or (local.get $above) (i32x4.shl (local.get $below) (i32.const 16)))
                  (local.get $share)))))
          (local.set $offset (i32.add (local.get $offset) (i32.const 16)))
          (br_if $each_sample (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $count))))
        ;; The fourth byte is overwritten by the next pixel.
        (local.set $sum
          (i32x4.trunc_sat_f32x4_s (f32x4.add (f32x4.mul (local.get $sum) (local.get $weight)) (v128.const f32x4 0.5 0.5 0.5 0.5))))
        (local.set $sum (i16x8.narrow_i32x4_s (local.get $sum) (local.get $sum)))
        (v128.store32_lane 0 (local.get $target) (i8x16.narrow_i16x8_u (local.get $sum) (local.get $sum)))
        (local.set $target (i32.add (local.get $target) (i32.const 3)))
        (local.set $pixel_x (i64.add (local.get $pixel_x) (local.get $xu)))
        (local.set $pixel_y (i64.add (local.get $pixel_y) (local.get $yu)))
        (br_if $each_pixel (i32.lt_u (local.tee $u (i32.add (local.get $u) (i32.const 1))) (local.get $across))))
      (local.set $x0 (i64.add (local.get $x0) (local.get $xv)))
      (local.set $y0 (i64.add (local.get $y0) (local.get $yv)))
      (br_if $each_row (i32.lt_u (local.tee $v (i32.add (local.get $v) (i32.const 1))) (local.get $down))))))
